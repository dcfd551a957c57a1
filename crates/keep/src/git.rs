//! The commit of a work tree. This runs `git`, and only if a folder is given as source.

use std::path::Path;
use std::process::{Command, Stdio};

use cannery_manifest::{Commit, CommitId};

use crate::error::{Error, Result};

/// The commit that is checked out in a folder.
///
/// # Errors
/// `Usage` for a folder that is no work tree, has no commit, or has changes in no commit.
pub(crate) fn commit_of(folder: &Path) -> Result<Commit> {
    let changes = git(folder, &["status", "--porcelain", "--untracked-files=no"])?;
    if let Some(change) = changes.lines().next() {
        let changed = change.get(3..).unwrap_or(change);
        let message = format!("{changed} has changes that are in no commit: commit them first");
        return Err(Error::usage(message).in_file(folder));
    }
    let commit = CommitId::new(git(folder, &["rev-parse", "HEAD"])?.trim())?;
    let remote = git(folder, &["config", "--get", "remote.origin.url"]).unwrap_or_default();
    let repository = match remote.trim() {
        "" => folder.canonicalize()?.to_string_lossy().into_owned(),
        url => without_password(url),
    };
    let prefix = git(folder, &["rev-parse", "--show-prefix"])?;
    let path = Some(prefix.trim().trim_end_matches('/').to_owned()).filter(|path| !path.is_empty());
    Ok(Commit { repository, commit, path })
}

/// `https://user:token@host/repo` without user and token.
fn without_password(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme @ ("http" | "https"), rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = host.rsplit('@').next().unwrap_or(host);
            format!("{scheme}://{host}/{path}")
        }
        _ => url.to_owned(),
    }
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    // what a repository's own configuration could have git run is off
    let safe = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks"];
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(safe).args(arguments).stdin(Stdio::null());
    let output = command.output().map_err(|error| Error::usage(format!("git can't be run: {error}")))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => {
            let said = String::from_utf8_lossy(&output.stderr);
            let line =
                said.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ").to_owned();
            Err(Error::usage(format!("git: {line}")).in_file(folder))
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn tokens_are_not_kept() {
        for (url, kept) in [
            ("https://me:secret@example.org/a/b.git", "https://example.org/a/b.git"),
            ("https://example.org/a/b.git", "https://example.org/a/b.git"),
            ("git@example.org:a/b.git", "git@example.org:a/b.git"),
        ] {
            assert_eq!(super::without_password(url), kept);
        }
    }
}
