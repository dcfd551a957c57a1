//! The command line of cannery: translates arguments and errors, and holds no logic.
//!
//! Exit status: 0 success, 1 `scan` found something, 2 an error.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod convert;
mod examples;
mod limits;
mod out;
mod progress;
mod targets;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = args::Args::parse();
    match commands::run(args) {
        Ok(status) => status,
        Err(failure) => out::report(&failure),
    }
}
