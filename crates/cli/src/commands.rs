//! What each command does: one call of the library, one way to print.

use std::io::Write;
use std::sync::Mutex;

use cannery::{Listing, Model, Options, Stage};
use clap::CommandFactory;

use crate::args::{
    Args, Assemble, Bench, Color, Command, Completions, Disassemble, Encoding, Format, Inspect, Predict,
    Scan, ScanFormat,
};
use crate::limits;
use crate::out::{ExitCode, Failure, is_coloured, report, stdout, with_bold_title};
use crate::progress::Progress;

type Result<T = ()> = std::result::Result<T, Failure>;

/// Runs the command that was asked for.
pub(crate) fn run(args: Args) -> Result<ExitCode> {
    if let Some(Command::Scan(scan)) = &args.command {
        return if scan.rules {
            print_rules().map(|()| ExitCode::SUCCESS)
        } else {
            run_scan(scan, args.quiet, args.color)
        };
    }
    if let (Some(Command::Inspect(inspect)), false) = (&args.command, args.limits) {
        return run_inspect(inspect, args.quiet, args.color);
    }
    if let Some(Command::Convert(convert)) = &args.command {
        return crate::convert::run(convert, args.quiet);
    }
    match &args.command {
        Some(Command::Seal(seal)) => crate::keep::seal(seal),
        Some(Command::Sign(sign)) => crate::keep::sign(sign),
        Some(Command::Verify(verify)) => crate::keep::verify(verify),
        Some(Command::Keygen(keygen)) => crate::keep::keygen(keygen),
        Some(Command::Card(card)) => crate::pages::card(card),
        Some(Command::Provenance(provenance)) => crate::pages::provenance(provenance),
        Some(Command::Rebuild(rebuild)) => crate::rebuild::run(rebuild, args.quiet),
        _ => run_fine(args).map(|()| ExitCode::SUCCESS),
    }
}

/// The commands that have no findings.
fn run_fine(args: Args) -> Result {
    let mut progress = Progress::new(args.quiet);
    match args.command {
        _ if args.limits => print_limits(),
        None => Ok(Args::command().print_long_help()?),
        Some(Command::Inspect(inspect)) => run_inspect(&inspect, args.quiet, args.color).map(drop),
        Some(Command::Disassemble(disassemble)) => run_disassemble(&disassemble, &mut progress),
        Some(Command::Assemble(assemble)) => run_assemble(&assemble),
        Some(Command::Predict(predict)) => run_predict(&predict, &mut progress),
        Some(Command::Bench(bench)) => run_bench(&bench),
        Some(Command::Scan(scan)) => run_scan(&scan, args.quiet, args.color).map(drop),
        Some(Command::Targets(targets)) => crate::targets::run(&targets),
        Some(Command::Convert(convert)) => crate::convert::run(&convert, args.quiet).map(drop),
        Some(Command::Seal(seal)) => crate::keep::seal(&seal).map(drop),
        Some(Command::Sign(sign)) => crate::keep::sign(&sign).map(drop),
        Some(Command::Verify(verify)) => crate::keep::verify(&verify).map(drop),
        Some(Command::Keygen(keygen)) => crate::keep::keygen(&keygen).map(drop),
        Some(Command::Card(card)) => crate::pages::card(&card).map(drop),
        Some(Command::Provenance(provenance)) => crate::pages::provenance(&provenance).map(drop),
        Some(Command::Rebuild(rebuild)) => crate::rebuild::run(&rebuild, args.quiet).map(drop),
        Some(Command::Completions(completions)) => print_completions(&completions),
    }
}

fn run_scan(args: &Scan, quiet: bool, color: Color) -> Result<ExitCode> {
    let mut policy = match &args.policy {
        Some(path) => cannery::scan::read_policy(path)?,
        None => cannery::scan::Policy::default(),
    };
    for name in &args.allow {
        policy.allow(name).map_err(cannery::Error::from)?;
    }
    let progress = Mutex::new(Progress::new(quiet));
    let report = |done, all| {
        if let Ok(mut progress) = progress.lock() {
            progress.report(Stage::Scan, done, Some(all));
        }
    };
    let scan = cannery::scan::Scan::default()
        .limits(args.limits.0.clone())
        .policy(policy)
        .threads(args.threads.map(usize::from))
        .progress(&report);
    let scanned = scan.run(&args.paths)?;
    if let Ok(mut progress) = progress.lock() {
        progress.finish();
    }
    match &args.output {
        Some(path) => {
            let mut file = std::io::BufWriter::new(std::fs::File::create(path)?);
            print_scan(&scanned, args, color == Color::Always, &mut file)?;
        }
        None => print_scan(&scanned, args, is_coloured(color), &mut stdout())?,
    }
    Ok(ExitCode::from(scanned.exit_status()))
}

fn print_scan(scanned: &cannery::scan::Scanned, args: &Scan, colour: bool, out: &mut impl Write) -> Result {
    let style = cannery::scan::Style::default().colour(colour).skipped(args.skipped);
    match args.format {
        ScanFormat::Text => scanned.write_styled_text(style, out)?,
        ScanFormat::Json => scanned.write_json(out)?,
        ScanFormat::Sarif => scanned.write_sarif(out)?,
    }
    Ok(out.flush()?)
}

fn print_rules() -> Result {
    let mut out = stdout();
    for info in cannery::scan::RULES {
        writeln!(out, "{:<22}{} {:<11}{}", info.id, info.class, info.verdict, info.name)?;
    }
    Ok(out.flush()?)
}

fn print_limits() -> Result {
    let mut out = stdout();
    limits::list(&mut out)?;
    Ok(out.flush()?)
}

fn print_completions(completions: &Completions) -> Result {
    let mut script = Vec::new();
    clap_complete::generate(completions.shell, &mut Args::command(), "cannery", &mut script);
    let mut out = stdout();
    out.write_all(&script)?;
    Ok(out.flush()?)
}

/// Every file is looked at, whatever is wrong with others; the status is that of the worst.
fn run_inspect(inspect: &Inspect, quiet: bool, color: Color) -> Result<ExitCode> {
    let mut status = ExitCode::SUCCESS;
    for (k, file) in inspect.files.iter().enumerate() {
        let mut progress = Progress::new(quiet);
        let done = open_to_inspect(inspect, file, &mut progress);
        progress.finish();
        let printed = done.and_then(|model| print_model(&model, inspect, file, k, color));
        match printed {
            Ok(()) => {}
            Err(failure @ Failure::BrokenPipe) => return Err(failure),
            Err(failure) => status = report(&failure, inspect.format == Format::Json),
        }
    }
    Ok(status)
}

fn open_to_inspect(inspect: &Inspect, file: &std::path::Path, progress: &mut Progress) -> Result<Model> {
    let mut report = |stage: Stage, done, all| progress.report(stage, done, all);
    let options = Options::default().limits(inspect.limits.0.clone()).progress(&mut report);
    match file.as_os_str() == "-" {
        true => Ok(options.load(std::io::stdin().lock()).map_err(|error| error.in_file("standard input"))?),
        false => Ok(options.open(file)?),
    }
}

fn print_model(
    model: &Model,
    inspect: &Inspect,
    file: &std::path::Path,
    number: usize,
    color: Color,
) -> Result {
    let mut out = stdout();
    if inspect.files.len() > 1 && inspect.format == Format::Text {
        let name = file.display().to_string();
        let name = if name.contains(char::is_control) { name.escape_debug().to_string() } else { name };
        writeln!(out, "{}{name}:", if number > 0 { "\n" } else { "" })?;
    }
    match inspect.format {
        Format::Text if is_coloured(color) => {
            write!(out, "{}", with_bold_title(&model.summary().to_string()))?;
        }
        Format::Text => write!(out, "{}", model.summary())?,
        Format::Json => model.write_json(inspect.arrays, &mut out)?,
    }
    Ok(out.flush()?)
}

fn run_disassemble(disassemble: &Disassemble, progress: &mut Progress) -> Result {
    let mut report = |stage: Stage, done, all| progress.report(stage, done, all);
    let options = Options::default().limits(disassemble.limits.0.clone()).progress(&mut report);
    let opcodes = options.disassemble(&disassemble.file)?;
    progress.finish();
    let mut out = stdout();
    let listing = match disassemble.format {
        Format::Text if disassemble.full => Listing::Full,
        Format::Text => Listing::Text,
        Format::Json => Listing::Json,
    };
    let listed = opcodes.write(listing, &mut out);
    out.flush()?;
    let listed = listed.map_err(|error| error.in_file(disassemble.file.display()))?;
    match disassemble.encoding {
        Encoding::Ascii => {
            Ok(listed.require_ascii().map_err(|error| error.in_file(disassemble.file.display()))?)
        }
        Encoding::Latin1 => Ok(()),
    }
}

fn run_assemble(assemble: &Assemble) -> Result {
    let pickle = Options::default().limits(assemble.limits.0.clone()).assemble(&assemble.listing)?;
    match &assemble.output {
        Some(path) => Ok(std::fs::write(path, pickle)
            .map_err(|error| cannery::Error::from(error).in_file(path.display()))?),
        None => {
            let mut out = stdout();
            out.write_all(&pickle)?;
            Ok(out.flush()?)
        }
    }
}

fn run_predict(predict: &Predict, progress: &mut Progress) -> Result {
    let mut report = |stage: Stage, done, all| progress.report(stage, done, all);
    // clap has seen to it that there are two or more
    let Some((input, models)) = predict.files.split_last() else { return Ok(()) };
    let request = cannery::Prediction::new(input)
        .method(&predict.call.method)
        .threads(predict.call.threads.map(usize::from))
        .output(predict.output.as_deref())
        .header(predict.header.into())
        .separator(predict.separator.0)
        .limits(predict.limits.0.clone());
    let (last, mut opened) = (models.len() - 1, Vec::new());
    for (place, path) in models.iter().enumerate() {
        let options = Options::default().limits(predict.limits.0.clone()).progress(&mut report);
        let file = options.open(path)?;
        let part = predict.call.part.as_deref().filter(|_| place == last);
        let model = part.map_or(Ok(file.clone()), |part| file.part(part));
        opened.push(model.map_err(|error| error.in_file(path.display()))?);
    }
    let model = Model::chain(&opened)?;
    let done = request.run(&model, Box::new(std::io::stdout().lock()), &mut report);
    progress.finish();
    Ok(done.map_err(|error| error.in_file(models[last].display()))?)
}

fn run_bench(bench: &Bench) -> Result {
    let benchmark = cannery::Benchmark::new(&bench.model)
        .part(bench.call.part.as_deref())
        .input(bench.input.as_deref())
        .method(&bench.call.method)
        .threads(bench.call.threads.map(usize::from))
        .limits(bench.limits.0.clone());
    let timings = benchmark.run().map_err(|error| error.in_file(bench.model.display()))?;
    let mut out = stdout();
    match bench.format {
        Format::Text => write!(out, "{timings}")?,
        Format::Json => writeln!(out, "{}", timings.to_json())?,
    }
    Ok(out.flush()?)
}
