//! The command line of cannery as a library: translates arguments and errors, and holds no logic.
//!
//! Exit status: 0 success, 1 `scan` found something, 2 an error.

#![forbid(unsafe_code)]

mod args;
mod commands;
mod convert;
mod examples;
mod installed;
mod keep;
mod limits;
mod out;
mod pages;
mod progress;
mod rebuild;
mod targets;

use std::ffi::OsString;

use clap::Parser;

/// Runs the command line on arguments, the first of which is the name of the program; gives the exit status.
pub fn main(args: impl IntoIterator<Item = OsString>) -> u8 {
    let status = match args::Args::try_parse_from(args) {
        Ok(args) => {
            let in_json = args.wants_json();
            commands::run(args).unwrap_or_else(|failure| out::report(&failure, in_json))
        }
        Err(error) => out::usage(&error),
    };
    status.0
}
