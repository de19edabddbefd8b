//! The rows of the table, one file for what belongs together.

mod backlog;
mod carry_out;
mod check_in;
mod compose;
mod import;
mod mail;
mod memory;
mod night;
mod print;
mod recognise;
mod record;
mod search;
mod start;
mod watch;

use super::{
    bench::Bench,
    outcome::{Measured, Outcome},
};
use futures_util::future::BoxFuture;

/// How many calls are under way at once, on how many connections, where the design says nothing else.
const AT_ONCE: usize = 64;
const CONNECTIONS: usize = 4;

/// A row that can be measured.
pub(crate) struct Measurable {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    measure: for<'b> fn(&'b Bench) -> BoxFuture<'b, Outcome<Measured>>,
}

impl Measurable {
    /// Measures it; a panic on the way is a failure of this row only.
    pub(crate) async fn measure(&self, bench: &Bench) -> Outcome<Measured> {
        use futures_util::FutureExt;
        let attempt = std::panic::AssertUnwindSafe((self.measure)(bench)).catch_unwind();
        attempt.await.unwrap_or_else(|_| Err("it panicked; standard error says where".into()))
    }
}

/// Every row, in the order in which they are measured.
pub(crate) const ALL: &[Measurable] = &[
    Measurable {
        name: "recognise-sqlite",
        about: "Recognize on SQLite beside an empty RPC of the same reply size",
        measure: |bench| Box::pin(recognise::on_sqlite(bench)),
    },
    Measurable {
        name: "recognise-postgres",
        about: "Recognize on PostgreSQL beside the same SQL in pgbench",
        measure: |bench| Box::pin(recognise::on_postgres(bench)),
    },
    Measurable {
        name: "growth",
        about: "Recognize one at a time, from ten thousand interactions to a million",
        measure: |bench| Box::pin(recognise::growth(bench)),
    },
    Measurable {
        name: "search-sqlite",
        about: "SearchCustomers on SQLite, as somebody types, beside an empty RPC of the same reply size",
        measure: |bench| Box::pin(search::on_sqlite(bench)),
    },
    Measurable {
        name: "search-postgres",
        about: "SearchCustomers on PostgreSQL, as somebody types, beside an empty RPC of the same reply size",
        measure: |bench| Box::pin(search::on_postgres(bench)),
    },
    Measurable {
        name: "record-sqlite",
        about: "RecordInteraction on SQLite (synchronous = FULL) beside its own statements, bare",
        measure: |bench| Box::pin(record::on_sqlite(bench)),
    },
    Measurable {
        name: "record-postgres",
        about: "RecordInteraction on PostgreSQL beside its own statements in pgbench",
        measure: |bench| Box::pin(record::on_postgres(bench)),
    },
    Measurable {
        name: "carry-out-postgres",
        about: "claim, start, complete on PostgreSQL, 4 workers, 100 at a time, beside all rows that this writes, bare",
        measure: |bench| Box::pin(carry_out::on_postgres(bench)),
    },
    Measurable {
        name: "backlog-sqlite",
        about: "A claim on SQLite, from a backlog of ten thousand due gestures to one of a million",
        measure: |bench| Box::pin(backlog::on_sqlite(bench)),
    },
    Measurable {
        name: "backlog-postgres",
        about: "The same on PostgreSQL",
        measure: |bench| Box::pin(backlog::on_postgres(bench)),
    },
    Measurable {
        name: "check-in",
        about: "CheckIn on SQLite while an import runs, beside CheckIn alone",
        measure: |bench| Box::pin(check_in::beside_an_import(bench)),
    },
    Measurable {
        name: "watch-sqlite",
        about: "WatchArrivals on SQLite: a check-in told, and the first message, beside an empty RPC of the same size",
        measure: |bench| Box::pin(watch::on_sqlite(bench)),
    },
    Measurable {
        name: "watch-postgres",
        about: "The same on PostgreSQL",
        measure: |bench| Box::pin(watch::on_postgres(bench)),
    },
    Measurable {
        name: "compose",
        about: "Notes composed on one core beside MiniJinja rendering the same texts",
        measure: |bench| Box::pin(compose::on_one_core(bench)),
    },
    Measurable {
        name: "print",
        about: "Letters set as PDF on one core beside bare parley and krilla with the same texts",
        measure: |bench| Box::pin(print::on_one_core(bench)),
    },
    Measurable {
        name: "mail",
        about: "Mails carried out on SQLite beside the same bytes over bare connections to the same relay",
        measure: |bench| Box::pin(mail::on_sqlite(bench)),
    },
    Measurable {
        name: "memory-import",
        about: "The server's memory over a large import",
        measure: |bench| Box::pin(memory::of_an_import(bench)),
    },
    Measurable {
        name: "memory-notes",
        about: "The server's memory over a large batch of notes, from the first to the last delivered",
        measure: |bench| Box::pin(memory::of_a_batch(bench)),
    },
    Measurable {
        name: "memory-mail",
        about: "The same, where every note leaves as a mail",
        measure: |bench| Box::pin(memory::of_mails(bench)),
    },
    Measurable {
        name: "start",
        about: "From the start of the program on an existing database to its first answer",
        measure: |bench| Box::pin(start::to_first_answer(bench)),
    },
];
