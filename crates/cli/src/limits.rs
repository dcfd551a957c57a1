//! An option for each limit, made from the table of limits. `--help` does not show them, `cannery --limits` does.

use std::io::Write;

use cannery::{LIMITS, Limits};
use clap::{Arg, ArgMatches, Args, Command, Error, FromArgMatches};

/// The limits that were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitArgs(pub(crate) Limits);

impl Args for LimitArgs {
    fn augment_args(command: Command) -> Command {
        LIMITS.iter().fold(command, |command, info| {
            let help = format!("{} [default: {}]", info.help, amount(info.default, info.unit));
            let arg = Arg::new(info.name).long(info.name).value_name("N").value_parser(parse).help(help);
            command.arg(arg.hide(true))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LimitArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let mut limits = Self::default();
        limits.update_from_arg_matches(matches)?;
        Ok(limits)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        for info in LIMITS {
            if let Some(&value) = matches.get_one::<u64>(info.name) {
                self.0 = self.0.clone().with(info.limit, value);
            }
        }
        Ok(())
    }
}

/// A number, with `K`, `M` or `G` for the powers of 1024.
fn parse(text: &str) -> Result<u64, String> {
    let upper = text.to_ascii_uppercase();
    let digits = upper.trim_end_matches("IB").trim_end_matches('B');
    let (digits, shift) = match digits.strip_suffix(['K', 'M', 'G']) {
        Some(rest) => (
            rest,
            if digits.ends_with('K') {
                10
            } else if digits.ends_with('M') {
                20
            } else {
                30
            },
        ),
        None => (digits, 0),
    };
    let number: u64 = digits
        .trim()
        .parse()
        .map_err(|_| format!("{text:?} is not a number such as 1000, 64K, 512MiB or 2G"))?;
    number.checked_mul(1 << shift).ok_or_else(|| format!("{text} is too large"))
}

fn amount(value: u64, unit: &str) -> String {
    let binary = |shift: u32, name| {
        (value.is_multiple_of(1 << shift) && value > 0).then(|| format!("{} {name}", value >> shift))
    };
    match unit {
        "bytes" if value == u64::from(u32::MAX) => "4 GiB - 1".to_owned(),
        "bytes" => {
            binary(30, "GiB").or(binary(20, "MiB")).or(binary(10, "KiB")).unwrap_or(format!("{value} bytes"))
        }
        _ => format!("{value} {unit}"),
    }
}

const AFTER_LIST: &str = "\
Every command that reads files takes these options. K, M and G stand for powers of 1024:
  cannery inspect model.pkl.gz --decompressed-bytes 1G --ratio 5000";

/// Prints every limit.
pub(crate) fn list(out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{:<22} {:>14}   meaning", "option", "default")?;
    for info in LIMITS {
        writeln!(out, "--{:<20} {:>14}   {}", info.name, amount(info.default, info.unit), info.help)?;
    }
    writeln!(out, "\n{AFTER_LIST}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, want) in
            [("1000", 1000), ("64K", 65_536), ("2kib", 2048), ("512MiB", 512 << 20), ("1 G", 1 << 30)]
        {
            assert_eq!(parse(text), Ok(want), "{text}");
        }
        assert!(parse("much").is_err() && parse("99999999999G").is_err() && parse("").is_err());
    }
}
