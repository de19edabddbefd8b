//! The command line: one binary, one verb for each role.
//!
//! `serve`, `migrate` and `clock` run or tend the service; the other verbs talk gRPC to it like any client.

pub mod service;

mod access;
mod amount;
mod arrivals;
mod call;
mod cases;
mod choices;
mod client;
mod clock;
mod clock_routes;
mod connection;
mod contract;
mod coverage;
mod customers;
mod demo;
mod duplicates;
mod error;
mod events;
mod explain;
mod follow;
mod import;
mod journeys;
mod location;
mod migrate;
mod named;
mod notes;
mod output;
mod part_file;
mod pause;
mod policy;
mod promise;
mod queue;
mod recognize;
mod refusal;
mod retention;
mod rules;
mod search;
mod serve;
pub mod settings;
mod show;
mod strangers;
mod visits;
mod whom;

use clap::{Command, CommandFactory, FromArgMatches, Parser, Subcommand};

pub use error::CliError;

/// Remembers what customers do with a business, bought or not, and plans how each of them is thanked, called or made up
/// to.
#[derive(Debug, Parser)]
#[command(name = "gratitude", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Watch a short story on a real service, then try it yourself.
    Demo(demo::Demo),
    /// Run the service.
    Serve(serve::Serve),
    /// Bring the database's schema up to date.
    Migrate(migrate::Migrate),
    /// Show or move the clock of a service that runs with --manual-clock.
    Clock(clock::ClockArgs),
    /// Bring in the interactions of a file.
    Import(import::Import),
    /// Tell who somebody is, and show their card.
    Recognize(recognize::Recognize),
    /// Open a visit, and show the card.
    Checkin(visits::Checkin),
    /// End a visit, and say what it is owed.
    Checkout(visits::Checkout),
    /// Take back what was done at the desk by mistake, for a minute.
    Undo(visits::Undo),
    /// Show who comes and goes, as it happens.
    Arrivals(arrivals::Arrivals),
    /// Show who left without being known, and say who it was.
    Strangers(strangers::Strangers),
    /// Find customers by what people type: names, numbers, towns.
    Search(search::Search),
    /// Show records that may be of one person.
    Duplicates(duplicates::Duplicates),
    /// Say that two records are not of one person.
    NotSame(duplicates::NotSame),
    /// Show what people have to do.
    Queue(queue::Queue),
    /// Stop what leaves, until it is resumed.
    Pause(pause::Pause),
    /// Let what was paused leave again.
    Resume(pause::Resume),
    /// Plan what we said we would do, by a time.
    Promise(promise::Promise),
    /// Move what waits to another time.
    Reschedule(promise::Reschedule),
    /// Take a call, and say how it went.
    Call(call::Call),
    /// Show what went wrong, and put it right.
    Cases(cases::Cases),
    /// Change what becomes of people's records: merge, part, households, export, erase.
    Customers(customers::Customers),
    /// Have notes written for many at once, read them, and let them leave.
    Notes(notes::Notes),
    /// Show and set up the customers' journeys, with the standards that hold there.
    Journeys(journeys::Journeys),
    /// Look at rules: what is wrong with one, and what it would have made.
    Rules(rules::Rules),
    /// Follow what happens, in order: for other programs, and for who wants to see.
    Events(events::Events),
    /// Say why an interaction or a gesture is as it is, and what would have to change.
    Explain(explain::Explain),
    /// Show or change how customers may be contacted: budget, hours, lead times, consent by country.
    Policy(policy::Policy),
    /// Show whether those who bought and those who did not get the same care.
    Coverage(coverage::Coverage),
    /// Make, list, rotate and take back API keys: who may call.
    Keys(access::Keys),
    /// Show and change who works at the desks, with their PINs.
    Staff(access::Staff),
    /// Show what is kept longer than it may be, and have it forgotten.
    Retention(retention::Retention),
}

const EXIT_CODES: &str = "\
Exit codes: 0 done · 1 failed · 2 wrong arguments or configuration · 3 the service or database can't be reached · \
4 the service refused";

impl Cli {
    /// Reads the command line, or ends the process with what is wrong with it, or with the help that was asked for.
    #[must_use]
    pub fn read() -> Self {
        let matches = Self::whole_command().get_matches();
        Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit())
    }

    /// Every verb with its examples.
    #[must_use]
    pub fn whole_command() -> Command {
        with_examples(Self::command(), "")
    }

    /// Does what was asked.
    ///
    /// # Errors
    /// [`CliError`], which knows its exit code.
    pub async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Demo(demo) => demo.run().await,
            Verb::Serve(serve) => serve.run().await,
            Verb::Migrate(migrate) => migrate.run().await,
            Verb::Clock(clock) => clock.run().await,
            Verb::Import(import) => import.run().await,
            Verb::Recognize(recognize) => recognize.run().await,
            Verb::Checkin(checkin) => checkin.run().await,
            Verb::Checkout(checkout) => checkout.run().await,
            Verb::Undo(undo) => undo.run().await,
            Verb::Arrivals(arrivals) => arrivals.run().await,
            Verb::Strangers(strangers) => strangers.run().await,
            Verb::Search(search) => search.run().await,
            Verb::Duplicates(duplicates) => duplicates.run().await,
            Verb::NotSame(not_same) => not_same.run().await,
            Verb::Queue(queue) => queue.run().await,
            Verb::Pause(pause) => pause.run().await,
            Verb::Resume(resume) => resume.run().await,
            Verb::Promise(promise) => promise.run().await,
            Verb::Reschedule(reschedule) => reschedule.run().await,
            Verb::Call(call) => call.run().await,
            Verb::Cases(cases) => cases.run().await,
            Verb::Customers(customers) => customers.run().await,
            Verb::Notes(notes) => notes.run().await,
            Verb::Journeys(journeys) => journeys.run().await,
            Verb::Rules(rules) => rules.run().await,
            Verb::Events(events) => events.run().await,
            Verb::Explain(explain) => explain.run().await,
            Verb::Policy(policy) => policy.run().await,
            Verb::Coverage(coverage) => coverage.run().await,
            Verb::Keys(keys) => keys.run().await,
            Verb::Staff(staff) => staff.run().await,
            Verb::Retention(retention) => retention.run().await,
        }
    }
}

/// Gives a verb without examples of its own those of the verb above it that are about it.
fn with_examples(command: Command, above: &str) -> Command {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let examples = if help.contains(EXAMPLES) { help } else { above.to_owned() };
    let verbs: Vec<_> = command.get_subcommands().map(|verb| verb.get_name().to_owned()).collect();
    verbs.into_iter().fold(command, |command, name| {
        command.mut_subcommand(&name, |verb| {
            let is_about = |line: &&str| line.split_whitespace().any(|word| word == name);
            let own: Vec<_> =
                examples.lines().filter(|line| line.starts_with("  gratitude ")).filter(is_about).collect();
            let own = format!("{EXAMPLES}\n{}", own.join("\n"));
            let verb = with_examples(verb, &own);
            if verb.get_after_help().is_some() { verb } else { verb.after_help(own) }
        })
    })
}

/// How the examples of a verb are headed.
const EXAMPLES: &str = "Examples:";

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::{Cli, EXAMPLES};

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    /// The verbs whose help has no example.
    fn without_example(command: &Command, path: &str, found: &mut Vec<String>) {
        for verb in command.get_subcommands() {
            let path = format!("{path} {}", verb.get_name());
            let help = verb.get_after_help().map(ToString::to_string).unwrap_or_default();
            if !help.contains(EXAMPLES) || !help.contains(&format!("\n  gratitude{path}")) {
                found.push(path.clone());
            }
            without_example(verb, &path, found);
        }
    }

    #[test]
    fn the_help_of_every_verb_has_an_example() {
        let mut found = Vec::new();
        without_example(&Cli::whole_command(), "", &mut found);
        assert!(found.is_empty(), "no example of {}", found.join(", "));
    }
}
