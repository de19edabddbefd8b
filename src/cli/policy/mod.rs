//! `gratitude policy`: how customers may be contacted.

mod hours;

use std::io::Write;

use clap::{Args, Subcommand};
use prost_types::FieldMask;

use super::{
    CliError,
    client::{Client, ClientArgs},
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;
use hours::Windows;

const NAME: &str = "contactPolicy";
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude policy show
  gratitude policy set --contacts 3 --period-days 60
  gratitude policy set --calls 'mon-fri 09:00-20:00' --calls 'sat 10:00-16:00'
  gratitude policy set --enable eu-opt-in")]
pub(super) struct Policy {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the policy in force.
    Show(Show),
    /// Change it. It holds at once, and what is pending is planned anew by it.
    Set(Box<Set>),
}

#[derive(Debug, Args)]
struct Show {
    #[command(flatten)]
    client: ClientArgs,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct Set {
    #[command(flatten)]
    client: ClientArgs,
    /// At most so many contacts with one household …
    #[arg(long, value_name = "NUMBER")]
    contacts: Option<i32>,
    /// … in any period of so many days.
    #[arg(long, value_name = "DAYS")]
    period_days: Option<u16>,
    /// When calls may be made, such as 'mon-sat 09:00-20:00'; may be given several times.
    #[arg(long, value_name = "HOURS")]
    calls: Vec<Windows>,
    /// When e-mails and messages may leave; may be given several times.
    #[arg(long, value_name = "HOURS")]
    messages: Vec<Windows>,
    /// How many business days letters and cards are under way.
    #[arg(long, value_name = "DAYS")]
    post_days: Option<i32>,
    /// Have a consent regime hold in its countries; may be given several times.
    #[arg(long, value_name = "REGIME")]
    enable: Vec<String>,
    /// Keep a consent regime without its holding anywhere; may be given several times.
    #[arg(long, value_name = "REGIME")]
    disable: Vec<String>,
    /// The regime of the countries that have none of their own.
    #[arg(long, value_name = "REGIME")]
    default_regime: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

impl Policy {
    pub(super) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Show(show) => {
                let client = Client::connect(&show.client).await?;
                print(&read(&client).await?, show.output)
            }
            Verb::Set(set) => set.run().await,
        }
    }
}

impl Set {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let output = self.output;
        let mut policy = read(&client).await?;
        let paths = self.change(&mut policy)?;
        if paths.is_empty() {
            return Err(CliError::Usage(
                "nothing to change; `gratitude policy set --help` says what can be".to_owned(),
            ));
        }
        let update_mask = Some(FieldMask { paths: paths.into_iter().map(str::to_owned).collect() });
        let request = v1::UpdateContactPolicyRequest { contact_policy: Some(policy), update_mask };
        let changed = client.call(|| {
            let (mut policies, request) = (client.policies(), request.clone());
            async move { policies.update_contact_policy(request).await }
        });
        print(&changed.await?, output)
    }

    /// Makes the changes; returns the fields that they touch.
    fn change(self, policy: &mut v1::ContactPolicy) -> Result<Vec<&'static str>, CliError> {
        let mut paths = Vec::new();
        if self.contacts.is_some() || self.period_days.is_some() {
            paths.push("budget");
            let budget = policy.budget.get_or_insert_default();
            budget.contacts = self.contacts.unwrap_or(budget.contacts);
            if let Some(days) = self.period_days {
                let seconds = i64::from(days) * SECONDS_A_DAY;
                budget.period_duration = Some(prost_types::Duration { seconds, nanos: 0 });
            }
        }
        for (path, given, kept) in [
            ("call_hours", self.calls, &mut policy.call_hours),
            ("message_hours", self.messages, &mut policy.message_hours),
        ] {
            if !given.is_empty() {
                paths.push(path);
                *kept = given.into_iter().flat_map(|windows| windows.0).collect();
            }
        }
        if let Some(days) = self.post_days {
            paths.push("lead_times");
            policy.lead_times.get_or_insert_default().post_business_days = days;
        }
        for (regimes, disabled) in [(self.enable, false), (self.disable, true)] {
            for id in regimes {
                paths.push("consent_regimes");
                let regime = policy.consent_regimes.iter_mut().find(|regime| regime.regime_id == id);
                regime
                    .ok_or_else(|| CliError::Usage(format!("there is no regime {id}; see `gratitude policy show`")))?
                    .disabled = disabled;
            }
        }
        if let Some(regime) = self.default_regime {
            paths.push("default_regime_id");
            policy.default_regime_id = regime;
        }
        Ok(paths)
    }
}

async fn read(client: &Client) -> Result<v1::ContactPolicy, CliError> {
    let read = client.call(|| {
        let mut policies = client.policies();
        async move { policies.get_contact_policy(v1::GetContactPolicyRequest { name: NAME.to_owned() }).await }
    });
    read.await
}

fn print(policy: &v1::ContactPolicy, output: OutputFormat) -> Result<(), CliError> {
    match output {
        OutputFormat::Json => output::print_json("ContactPolicy", policy),
        OutputFormat::Table => Ok(writeln!(std::io::stdout(), "{}", show::contact_policy(policy))?),
    }
}
