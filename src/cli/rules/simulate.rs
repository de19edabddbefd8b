//! `gratitude rules simulate`: page by page, added up.

use std::{collections::BTreeMap, io::Write, path::PathBuf};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::file;
use crate::{
    cli::{
        CliError,
        client::{Client, ClientArgs},
        contract,
        output::{self, OutputFormat},
        show,
    },
    proto::v1,
};

/// How many one call looks at: a few seconds at most.
const PAGE: i32 = 2_000;

/// Examples that are shown of each kind of outcome.
const EXAMPLES_OF_A_KIND: usize = 3;

#[derive(Debug, Args)]
pub(super) struct Simulate {
    #[command(flatten)]
    client: ClientArgs,
    /// Which rule, by its name.
    #[arg(required_unless_present = "file", conflicts_with = "file")]
    rule: Option<String>,
    /// A rule that is not saved.
    #[arg(long)]
    file: Option<PathBuf>,
    /// From this instant on. Default: 30 days before --to; for days and silences, now.
    #[arg(long, value_name = "INSTANT")]
    from: Option<Timestamp>,
    /// Before this instant. Default: now; for days and silences, 30 days after --from.
    #[arg(long, value_name = "INSTANT")]
    to: Option<Timestamp>,
    /// Only these interactions; for days and silences, only these customers.
    #[arg(long, default_value = "")]
    filter: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Simulate {
    pub(super) async fn run(self) -> Result<(), CliError> {
        use v1::simulate_rule_request::Rule;
        let rule = match (&self.file, self.rule) {
            (Some(path), _) => Rule::Draft(file::read(path)?),
            (None, name) => Rule::Name(named(name.unwrap_or_default())),
        };
        let client = Client::connect(&self.client).await?;
        let mut request = v1::SimulateRuleRequest {
            rule: Some(rule),
            start_time: self.from.map(contract::stamp),
            end_time: self.to.map(contract::stamp),
            filter: self.filter,
            page_size: PAGE,
            page_token: String::new(),
        };
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{spinner} {msg}").expect("a right template"));
        let mut sum = Sum::default();
        loop {
            let page = client.call(|| {
                let (mut service, request) = (client.rules(), request.clone());
                async move { service.simulate_rule(request).await }
            });
            let page = page.await?;
            request.page_token.clone_from(&page.next_page_token);
            sum.add(page);
            bar.set_message(format!("{} looked at, {} gestures", sum.reply.looked_at_count, sum.reply.gesture_count));
            bar.tick();
            if request.page_token.is_empty() {
                break;
            }
        }
        bar.finish_and_clear();
        let reply = sum.whole();
        match self.output {
            OutputFormat::Json => output::print_json("SimulateRuleResponse", &reply),
            OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::simulation(&reply))?),
        }
    }
}

/// `rules/{slug}`, whichever way it was said.
fn named(rule: String) -> String {
    if rule.starts_with("rules/") { rule } else { format!("rules/{rule}") }
}

/// The pages added up.
#[derive(Default)]
struct Sum {
    reply: v1::SimulateRuleResponse,
    skipped: BTreeMap<i32, i64>,
    stopped: BTreeMap<i32, i64>,
    failed: BTreeMap<String, i64>,
}

impl Sum {
    fn add(&mut self, page: v1::SimulateRuleResponse) {
        self.reply.looked_at_count += page.looked_at_count;
        self.reply.matched_count += page.matched_count;
        self.reply.gesture_count += page.gesture_count;
        self.reply.reached_time = page.reached_time.or(self.reply.reached_time);
        self.reply.approximations = page.approximations;
        for one in page.skipped {
            *self.skipped.entry(one.reason).or_default() += one.count;
        }
        for one in page.stopped {
            *self.stopped.entry(one.reason).or_default() += one.count;
        }
        for one in page.failed {
            *self.failed.entry(one.clause).or_default() += one.count;
        }
        for example in page.examples {
            let alike = self.reply.examples.iter().filter(|other| other.outcome == example.outcome).count();
            if alike < EXAMPLES_OF_A_KIND {
                self.reply.examples.push(example);
            }
        }
    }

    fn whole(mut self) -> v1::SimulateRuleResponse {
        let reasons = |counts: BTreeMap<i32, i64>| {
            counts.into_iter().map(|(reason, count)| v1::SimulatedReason { reason, count }).collect()
        };
        self.reply.skipped = reasons(self.skipped);
        self.reply.stopped = reasons(self.stopped);
        let clauses = self.failed.into_iter().map(|(clause, count)| v1::SimulatedClause { clause, count });
        self.reply.failed = clauses.collect();
        self.reply.failed.sort_by_key(|one| std::cmp::Reverse(one.count));
        self.reply
    }
}
