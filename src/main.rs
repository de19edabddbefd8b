//! The `gratitude` command.

fn main() {}
