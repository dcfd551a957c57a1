//! Many pickles in one process, for tests that compare cannery with other readers: standard input holds pickles, each
//! behind its length (u32, little-endian). A line answers each: the JSON of `inspect --format json --arrays` without
//! the summary, or `! KIND MESSAGE`.

#![forbid(unsafe_code)]

use std::io::{BufWriter, Read, Write};

use cannery::inspect::{JsonOptions, write_json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut input = Vec::new();
    std::io::stdin().lock().read_to_end(&mut input)?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut rest = &input[..];
    while let Some((length, behind)) = rest.split_first_chunk() {
        let length = u32::from_le_bytes(*length) as usize;
        let (pickle, behind) = behind.split_at_checked(length).ok_or("the last pickle is cut short")?;
        answer(pickle, &mut out)?;
        rest = behind;
    }
    out.flush()?;
    Ok(())
}

fn answer(pickle: &[u8], out: &mut impl Write) -> Result<(), Box<dyn std::error::Error>> {
    match cannery::loads(pickle) {
        Ok(model) => {
            let mut json = Vec::new();
            write_json(model.heap(), model.root(), &JsonOptions::default().arrays(true), &mut json)?;
            out.write_all(json.trim_ascii_end())?;
            out.write_all(b"\n")?;
        }
        Err(error) => writeln!(out, "! {} {}", error.kind(), error.text().replace('\n', " "))?,
    }
    Ok(())
}
