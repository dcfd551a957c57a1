//! The program `cannery`.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    cannery_cli::main(std::env::args_os()).into()
}
