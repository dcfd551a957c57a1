use std::fmt;

use super::Site;
use crate::error::Error;
use crate::heap::Value;

/// A value of the module `datetime`.
///
/// Source: `Lib/_pydatetime.py`, the methods `_getstate` and `__reduce__`.
#[derive(Clone, Copy, Debug)]
pub struct Time<'h> {
    site: Site<'h>,
    /// Its class: `date`, `time`, `datetime`, `timedelta` or `timezone`.
    pub name: &'static str,
}

/// The contents of a [`Time`]; printed in ISO 8601, a duration as Python prints it in `repr`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "Python's own names and units")]
pub enum Moment {
    Date { year: u16, month: u8, day: u8 },
    Time { hour: u8, minute: u8, second: u8, microsecond: u32 },
    DateTime { year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8, microsecond: u32 },
    Duration { days: i64, seconds: i64, microseconds: i64 },
}

impl<'h> Time<'h> {
    pub(super) fn at(site: Site<'h>, name: &str) -> Option<Self> {
        let names = ["date", "time", "datetime", "timedelta", "timezone"];
        names.into_iter().find(|&known| known == name).map(|name| Self { site, name })
    }

    /// The moment or duration; for a `timezone` its offset.
    pub fn moment(&self) -> Result<Moment, Error> {
        let (heap, args) = (self.site.heap, self.site.raw_args());
        match (self.name, args) {
            ("timedelta", [days, seconds, microseconds]) => {
                let parts = [days, seconds, microseconds].map(|&part| heap.as_int(part));
                let [Some(days), Some(seconds), Some(microseconds)] = parts else { return Err(self.bad()) };
                Ok(Moment::Duration { days, seconds, microseconds })
            }
            ("timezone", [offset, ..]) => {
                let site = Site::of(heap, *offset).filter(|site| site.class() == ("datetime", "timedelta"));
                Self { site: site.ok_or_else(|| self.bad())?, name: "timedelta" }.moment()
            }
            ("date" | "time" | "datetime", [bytes, ..]) => {
                let bytes = heap.bytes_of(*bytes);
                self.decode(&bytes.ok_or_else(|| self.bad())?).ok_or_else(|| self.bad())
            }
            _ => Err(self.bad()),
        }
    }

    /// The time zone of a `datetime` or `time`.
    pub fn zone(&self) -> Option<Value> {
        self.site.raw_args().get(1).copied().filter(|_| matches!(self.name, "datetime" | "time"))
    }

    fn decode(&self, bytes: &[u8]) -> Option<Moment> {
        let year = |hi: u8, lo: u8| u16::from(hi) << 8 | u16::from(lo);
        let micro = |a: u8, b: u8, c: u8| u32::from(a) << 16 | u32::from(b) << 8 | u32::from(c);
        match (self.name, bytes) {
            ("date", &[hi, lo, month, day]) => Some(Moment::Date { year: year(hi, lo), month, day }),
            ("time", &[hour, minute, second, a, b, c]) => {
                Some(Moment::Time { hour: hour & 127, minute, second, microsecond: micro(a, b, c) })
            }
            ("datetime", &[hi, lo, month, day, hour, minute, second, a, b, c]) => {
                let (year, month, microsecond) = (year(hi, lo), month & 127, micro(a, b, c));
                Some(Moment::DateTime { year, month, day, hour, minute, second, microsecond })
            }
            _ => None,
        }
    }

    fn bad(&self) -> Error {
        Error::malformed(format!("datetime.{} is called with other arguments than pickle writes", self.name))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let clock = |f: &mut fmt::Formatter<'_>, (h, m, s, us): (u8, u8, u8, u32)| {
            write!(f, "{h:02}:{m:02}:{s:02}")?;
            if us == 0 { Ok(()) } else { write!(f, ".{us:06}") }
        };
        match *self {
            Self::Date { year, month, day } => write!(f, "{year:04}-{month:02}-{day:02}"),
            Self::Time { hour, minute, second, microsecond } => clock(f, (hour, minute, second, microsecond)),
            Self::DateTime { year, month, day, hour, minute, second, microsecond } => {
                write!(f, "{year:04}-{month:02}-{day:02}T")?;
                clock(f, (hour, minute, second, microsecond))
            }
            Self::Duration { days, seconds, microseconds } => {
                write!(f, "timedelta(days={days}, seconds={seconds}, microseconds={microseconds})")
            }
        }
    }
}
