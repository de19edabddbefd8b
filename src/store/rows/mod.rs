//! Rows to the things they mean, and back. One file for each topic; nothing else reads or writes a column's text.

pub(super) mod time;
