use crate::heap::{Heap, Value};

/// A `Timestamp` or `Timedelta` of pandas, as pickle calls its maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instant {
    /// The value as text: ISO 8601, or a count of a unit.
    pub text: String,
    /// Name of the time zone, of an instant in UTC.
    pub zone: Option<Value>,
}

/// Units by the numbers that numpy gives them (`NPY_DATETIMEUNIT`).
const UNITS: [(i64, &str); 4] = [(7, "s"), (8, "ms"), (9, "us"), (10, "ns")];

impl Heap {
    /// The time stamp or duration of pandas that a call stands for.
    ///
    /// Source: `_unpickle_timestamp` in `pandas/_libs/tslibs/timestamps.pyx`, `_timedelta_unpickle` in `timedeltas.pyx`,
    /// and `Timestamp.__reduce__` before pandas 1.4.
    pub fn instant(&self, value: Value) -> Option<Instant> {
        let call = self.call(value)?;
        let (module, name) = self.global_name(call.callable)?;
        if module != "pandas" && !module.starts_with("pandas._libs.") && module != "pandas.tslib" {
            return None;
        }
        let args = self.as_tuple(call.args)?;
        let count = self.as_int(*args.first()?)?;
        let unit = |code: Option<&Value>| match code {
            None => Some("ns"),
            Some(&code) => {
                let code = self.as_int(code)?;
                UNITS.into_iter().find(|&(known, _)| known == code).map(|(_, unit)| unit)
            }
        };
        let zone = args.get(2).copied().filter(|&zone| zone != Value::None);
        match (name, args.len()) {
            ("_unpickle_timestamp" | "Timestamp", 1..=4) => {
                Some(Instant { text: iso_text(count, unit(args.get(3))?)?, zone })
            }
            ("_timedelta_unpickle" | "Timedelta", 1 | 2) => {
                Some(Instant { text: format!("{count} {}", unit(args.get(1))?), zone: None })
            }
            _ => None,
        }
    }
}

/// An instant of numpy as ISO 8601: a count of a unit such as `ns` or `25us` since 1970. `NaT` for the smallest; `None` where
/// the year would not be one of 1 to 9999, or the unit is not known.
pub fn iso_text(count: i64, unit: &str) -> Option<String> {
    if count == i64::MIN {
        return Some("NaT".into());
    }
    let digits = unit.find(|c: char| !c.is_ascii_digit())?;
    let (times, unit) = unit.split_at(digits);
    let times: i128 = if times.is_empty() { 1 } else { times.parse().ok()? };
    let count = i128::from(count).checked_mul(times)?;
    let month = |months: i128| {
        let (year, month) = (1970 + months.div_euclid(12), 1 + months.rem_euclid(12));
        (1..=9999).contains(&year).then(|| format!("{year:04}-{month:02}"))
    };
    let day = 86_400;
    match unit {
        "Y" => month(count.checked_mul(12)?).map(|text| text[..4].to_owned()),
        "M" => month(count),
        "W" => date(count.checked_mul(7)?),
        "D" => date(count),
        "h" => moment(count.checked_mul(3600)?, day, 0, 0),
        "m" => moment(count.checked_mul(60)?, day, 0, 0),
        "s" => moment(count, day, 0, 0),
        "ms" => fraction(count, 1_000, 3),
        "us" => fraction(count, 1_000_000, 6),
        "ns" => fraction(count, 1_000_000_000, 9),
        "ps" => fraction(count, 1_000_000_000_000, 12),
        _ => None,
    }
}

fn fraction(count: i128, per_second: i128, digits: usize) -> Option<String> {
    moment(count.div_euclid(per_second), 86_400, count.rem_euclid(per_second), digits)
}

fn moment(seconds: i128, day: i128, fraction: i128, digits: usize) -> Option<String> {
    let (days, rest) = (seconds.div_euclid(day), seconds.rem_euclid(day));
    let clock = format!("{:02}:{:02}:{:02}", rest / 3600, rest / 60 % 60, rest % 60);
    let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:0digits$}") };
    date(days).map(|date| format!("{date}T{clock}{fraction}"))
}

/// A day since 1970-01-01, in the proleptic Gregorian calendar: the algorithm `civil_from_days` of Howard Hinnant.
fn date(days: i128) -> Option<String> {
    let shifted = days.checked_add(719_468)?;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i128::from(month <= 2);
    (1..=9999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

#[cfg(test)]
mod tests {
    use super::iso_text;

    #[test]
    fn instants_are_printed_as_numpy_does() {
        for (count, unit, want) in [
            (0, "D", Some("1970-01-01")),
            (18_321, "D", Some("2020-02-29")),
            (-1, "s", Some("1969-12-31T23:59:59")),
            (1_714_521_600_000_000, "us", Some("2024-05-01T00:00:00")),
            (1_704_067_200_000_000_005, "ns", Some("2024-01-01T00:00:00.000000005")),
            (50, "Y", Some("2020")),
            (602, "M", Some("2020-03")),
            (i64::MIN, "ns", Some("NaT")),
            (i64::MAX, "W", None),
            (1, "", None),
        ] {
            assert_eq!(iso_text(count, unit).as_deref(), want, "{count} {unit}");
        }
    }
}
