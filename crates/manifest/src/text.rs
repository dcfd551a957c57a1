//! Texts of a fixed form: digests, commits, paths in a bundle, times. A value of these types is valid.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Error;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $is:expr, $wrong:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The text, checked.
            pub fn new(text: impl Into<String>) -> Result<Self, Error> {
                Self::try_from(text.into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                let is: fn(&str) -> bool = $is;
                if is(&text) { Ok(Self(text)) } else { Err(Error::new(format!("{text:?} is not {}", $wrong))) }
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text!(
    /// A SHA-256, 64 lower-case hexadecimal digits.
    Sha256,
    |text| is_hex(text, 64),
    "a SHA-256: 64 hexadecimal digits in lower case"
);
text!(
    /// An MD5, 32 lower-case hexadecimal digits: OpenML and DVC give no better one.
    Md5,
    |text| is_hex(text, 32),
    "an MD5: 32 hexadecimal digits in lower case"
);
text!(
    /// The full id of a commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. A branch, a tag or a short id is
    /// none.
    CommitId,
    |text| is_hex(text, 40) || is_hex(text, 64),
    "the full id of a commit: 40 or 64 hexadecimal digits in lower case"
);
text!(
    /// The path of a file in a bundle: relative, with `/`, without empty parts, `.`, `..`, backslashes, colons and control
    /// characters, at most 1,024 bytes.
    BundlePath,
    is_path,
    "a path in a bundle: relative, with / between names and without .., backslashes, colons and control characters"
);
text!(
    /// A time in UTC, to the second: `2026-12-01T05:00:00Z`.
    Timestamp,
    is_timestamp,
    "a time in UTC such as 2026-12-01T05:00:00Z"
);

fn is_hex(text: &str, len: usize) -> bool {
    text.len() == len && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_path(text: &str) -> bool {
    let is_name = |name: &str| {
        !matches!(name, "" | "." | "..") && !name.contains(|c: char| c.is_control() || c == '\\' || c == ':')
    };
    text.len() <= 1024 && text.split('/').all(is_name)
}

fn is_timestamp(text: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z";
    let fits = |(&byte, &form): (&u8, &u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    let number = |range: std::ops::Range<usize>| text[range].parse::<u64>().unwrap_or(u64::MAX);
    text.len() == FORM.len()
        && text.as_bytes().iter().zip(FORM).all(fits)
        && (1..=12).contains(&number(5..7))
        && (1..=days_in_month(number(0..4), number(5..7))).contains(&number(8..10))
        && number(11..13) < 24
        && number(14..16) < 60
        && number(17..19) < 60
}

fn days_in_month(year: u64, month: u64) -> u64 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl Sha256 {
    /// Of the 32 bytes of a digest.
    pub fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// The 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        let digit = |byte: u8| if byte.is_ascii_digit() { byte - b'0' } else { byte - b'a' + 10 };
        let digits = self.0.as_bytes();
        std::array::from_fn(|at| digit(digits[2 * at]) << 4 | digit(digits[2 * at + 1]))
    }
}

impl Timestamp {
    /// Of seconds since the beginning of 1970, before the year 10000.
    pub fn of_unix(seconds: u64) -> Result<Self, Error> {
        let (mut days, rest) = (seconds / 86_400, seconds % 86_400);
        let (mut year, mut month) = (1970, 1);
        let days_in_year = |year: u64| 337 + days_in_month(year, 2);
        while year < 10_000 && days >= days_in_year(year) {
            days -= days_in_year(year);
            year += 1;
        }
        if year == 10_000 {
            return Err(Error::new(format!("{seconds} seconds are after the year 9999")));
        }
        while days >= days_in_month(year, month) {
            days -= days_in_month(year, month);
            month += 1;
        }
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        Self::new(format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_checked() {
        let a64 = "a".repeat(64);
        for (ok, is) in [
            (Sha256::new(a64.clone()).is_ok(), true),
            (Sha256::new(a64.to_uppercase()).is_ok(), false),
            (Sha256::new("é".repeat(32)).is_ok(), false),
            (CommitId::new("0".repeat(40)).is_ok(), true),
            (CommitId::new("main").is_ok(), false),
            (BundlePath::new("golden/rows.csv").is_ok(), true),
            (BundlePath::new("a b/ü.csv").is_ok(), true),
            (BundlePath::new("../rows.csv").is_ok(), false),
            (BundlePath::new("/etc/passwd").is_ok(), false),
            (BundlePath::new("a//b").is_ok(), false),
            (BundlePath::new("a\\b").is_ok(), false),
            (BundlePath::new("C:x").is_ok(), false),
            (BundlePath::new("").is_ok(), false),
            (Timestamp::new("2024-02-29T23:59:59Z").is_ok(), true),
            (Timestamp::new("2023-02-29T23:59:59Z").is_ok(), false),
            (Timestamp::new("2024-01-01 00:00:00Z").is_ok(), false),
            (Timestamp::new("２024-01-01T00:00:0").is_ok(), false),
        ] {
            assert_eq!(ok, is);
        }
        let digest = Sha256::new("0123456789abcdef".repeat(4)).expect("hexadecimal");
        assert_eq!(Sha256::of_bytes(digest.to_bytes()), digest);
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_764_565_200, "2025-12-01T05:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            assert_eq!(Timestamp::of_unix(seconds).expect("a time").as_str(), text);
        }
        assert!(Timestamp::of_unix(u64::MAX).is_err());
    }
}
