//! The sandbox that a recorded script runs in: [bubblewrap](https://github.com/containers/bubblewrap). No network, an empty
//! environment, no file of the machine but the system's programs and the interpreter, and those only to be read.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use cannery_manifest::Script;

use super::job::{Job, WORK, script_name};
use crate::error::{Error, Result};

/// Folders of the system, as far as they are there.
const SYSTEM: &[&str] =
    &["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache", "/etc/alternatives"];

/// What a script may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SandboxLimits {
    /// Seconds until it is stopped.
    pub seconds: u64,
    /// Bytes of memory that a process may address.
    pub memory: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Bytes of a file that it writes.
    pub file_bytes: u64,
}

impl Default for SandboxLimits {
    fn default() -> Self {
        Self { seconds: 3600, memory: 16 << 30, processes: 512, file_bytes: 4 << 30 }
    }
}

/// A sandbox that works here.
pub(super) struct Sandbox {
    bubblewrap: PathBuf,
}

impl Sandbox {
    /// Looks for the sandbox, and tries it.
    ///
    /// # Errors
    /// `Unsupported` when there is none.
    pub(super) fn find() -> Result<Self> {
        let sandbox = Self { bubblewrap: "bwrap".into() };
        let tried = sandbox.command().args(["--", "true"]).stdin(Stdio::null()).output();
        let reason = match tried {
            Ok(output) if output.status.success() => return Ok(sandbox),
            Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                "bubblewrap is missing: apt-get install bubblewrap".into()
            }
            Err(error) => error.to_string(),
        };
        Err(Error::unsupported(format!("there is no sandbox here, so nothing was run: {reason}")))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.bubblewrap);
        command.args([
            "--unshare-all",
            "--die-with-parent",
            "--new-session",
            "--clearenv",
            "--cap-drop",
            "ALL",
        ]);
        command.args(["--uid", "1000", "--gid", "1000", "--hostname", "cannery"]);
        for folder in SYSTEM {
            command.args(["--ro-bind-try", folder, folder]);
        }
        // before what is bound below it
        command.args(["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/home"]);
        command
    }

    /// Runs the script of a job.
    ///
    /// # Errors
    /// `Usage` with the end of what it printed when it fails, or takes too long.
    pub(super) fn run(
        &self,
        job: &Job,
        python: &Path,
        script: &Script,
        limits: &SandboxLimits,
    ) -> Result<()> {
        let mut command = self.command();
        let home = base_of(python)?;
        for folder in [&home, &job.environment()] {
            bind(&mut command, "--ro-bind", folder, folder);
        }
        bind(&mut command, "--bind", &job.work(), Path::new(WORK));
        bind(&mut command, "--ro-bind", &job.recorder(), Path::new("/recorder"));
        for (place, target) in &job.inputs {
            bind(&mut command, "--ro-bind", place, &Path::new(WORK).join(target));
        }
        for (name, value) in [
            ("PATH", "/usr/bin:/bin"),
            ("HOME", "/home"),
            ("LANG", "C.UTF-8"),
            ("PYTHONPATH", "/recorder"),
            ("PYTHONDONTWRITEBYTECODE", "1"),
            ("PYTHONHASHSEED", "0"),
        ] {
            command.args(["--setenv", name, value]);
        }
        command.args(["--chdir", WORK, "--", "prlimit"]).args(limit_arguments(limits)).arg("--");
        command.arg(python).arg(script_name(script)).args(&script.arguments);
        let mut log = tempfile::tempfile()?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log.try_clone()?);
        self.wait(&mut command, limits, &mut log)
    }

    fn wait(&self, command: &mut Command, limits: &SandboxLimits, log: &mut File) -> Result<()> {
        let mut child = command.spawn().map_err(|error| Error::from(error).in_file(&self.bubblewrap))?;
        let end = Instant::now() + Duration::from_secs(limits.seconds);
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() >= end {
                // its processes die with it
                child.kill()?;
                child.wait()?;
                let said = last_lines(log)?;
                return Err(Error::usage(format!("the script was stopped after {} s{said}", limits.seconds)));
            }
            std::thread::sleep(Duration::from_millis(20));
        };
        match status.success() {
            true => Ok(()),
            false => Err(Error::usage(format!("the script failed ({status}){}", last_lines(log)?))),
        }
    }
}

fn bind(command: &mut Command, how: &str, from: &Path, to: &Path) {
    command.args([OsStr::new(how), from.as_os_str(), to.as_os_str()]);
}

fn limit_arguments(limits: &SandboxLimits) -> [OsString; 6] {
    let SandboxLimits { seconds, memory, processes, file_bytes } = limits;
    [
        format!("--cpu={}", seconds.saturating_mul(64)),
        format!("--as={memory}"),
        format!("--nproc={processes}"),
        format!("--fsize={file_bytes}"),
        "--nofile=4096".into(),
        "--core=0".into(),
    ]
    .map(OsString::from)
}

/// The installation that an environment's interpreter comes from. Only the interpreter of the environment is asked, alone.
fn base_of(python: &Path) -> Result<PathBuf> {
    let output = Command::new(python).args(["-I", "-S", "-c", "import sys; print(sys.base_prefix)"]).output();
    let output = output.map_err(|error| Error::from(error).in_file(python))?;
    let text = String::from_utf8_lossy(&output.stdout);
    match text.trim() {
        "" => Err(Error::usage("does not run").in_file(python)),
        folder => Ok(folder.into()),
    }
}

/// The end of what the script printed.
fn last_lines(log: &mut File) -> Result<String> {
    const MOST: u64 = 4096;
    let len = log.seek(SeekFrom::End(0))?;
    log.seek(SeekFrom::Start(len.saturating_sub(MOST)))?;
    let mut bytes = Vec::new();
    log.take(MOST).read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text.trim().lines().rev().take(12).collect();
    let printed =
        |line: &&str| format!("\n  {}", line.chars().filter(|c| !c.is_control()).collect::<String>());
    Ok(lines.iter().rev().map(printed).collect())
}
