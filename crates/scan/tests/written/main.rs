//! What is accepted of known names, of the arguments that libraries write, and of structures: by pickles that are written
//! value by value.

mod frames;
mod hashing;
mod honest;
mod initial;
mod libraries;
mod nesting;
mod sound;
mod uses;
mod work;
mod write;
