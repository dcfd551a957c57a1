//! Medians of writing a model as pickle and as joblib, in turns with a raw write of the same bytes:
//! `dump_time MODEL FOLDER ROUNDS` prints a line `NAME SECONDS RAW BYTES` for each, for `benches/compare/dump.py`.

#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "it reports to a terminal")]

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use cannery::{DumpOptions, Format};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().collect();
    let [_, model, folder, rounds] = &args[..] else { return Err("MODEL FOLDER ROUNDS".into()) };
    let model = cannery::open(model)?;
    let folder = Path::new(folder);
    for (name, format) in [("pickle", Format::Pickle), ("joblib", Format::Joblib)] {
        let options = DumpOptions::default().format(format);
        let bytes = options.dumps(&model)?;
        let (mut ours, mut raw) = (Vec::new(), Vec::new());
        for _ in 0..rounds.parse::<usize>()? {
            let start = Instant::now();
            options.dump(&model, folder.join("dump"))?;
            ours.push(start.elapsed().as_secs_f64());
            let start = Instant::now();
            std::fs::write(folder.join("raw"), &bytes)?;
            raw.push(start.elapsed().as_secs_f64());
        }
        println!("{name} {} {} {}", median(&mut ours), median(&mut raw), bytes.len());
    }
    Ok(())
}

fn median(times: &mut [f64]) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
