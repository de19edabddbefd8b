//! `gratitude cases open`, `update` and `grant`.

use clap::{Args, ValueEnum};
use uuid::Uuid;

use super::{find, list};
use crate::{
    cli::{
        CliError, amount,
        client::{Client, ClientArgs},
        location,
        output::{self, OutputFormat},
        whom,
    },
    proto::v1,
};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases open --customer '020 7946 0012' --summary 'The cup was chipped.'
  gratitude cases open --customer ada@example.org --summary 'Waited an hour.' --severity 4 --assignee mina")]
pub(super) struct Open {
    #[command(flatten)]
    client: ClientArgs,
    /// For whom it went wrong: a number, an address, a card, or the customer's name `customers/…`.
    #[arg(long, value_name = "WHO")]
    customer: String,
    /// What happened, in words such as the customer may read.
    #[arg(long, value_name = "TEXT")]
    summary: String,
    /// 1 (a nuisance) to 5 (grave).
    #[arg(long, default_value = "3", value_parser = clap::value_parser!(i32).range(1..=5))]
    severity: i32,
    /// Who takes care of it.
    #[arg(long, value_name = "WHO")]
    assignee: Option<String>,
    /// Where it is put right. Not needed while there is only one location.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases update 1b6c --assignee mina --severity 4")]
pub(super) struct Update {
    #[command(flatten)]
    client: ClientArgs,
    /// Which case: its id, or how that ends.
    case: String,
    /// What happened, in words such as the customer may read.
    #[arg(long, value_name = "TEXT")]
    summary: Option<String>,
    /// 1 (a nuisance) to 5 (grave).
    #[arg(long, value_parser = clap::value_parser!(i32).range(1..=5))]
    severity: Option<i32>,
    /// Who takes care of it.
    #[arg(long, value_name = "WHO")]
    assignee: Option<String>,
    /// Where it is put right.
    #[arg(long, value_name = "LOCATION")]
    location: Option<String>,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude cases grant 1b6c --kind voucher --amount 20 --currency EUR --by mina
  gratitude cases grant 1b6c --kind replacement --words 'A new cup.' --by mina")]
pub(super) struct Grant {
    #[command(flatten)]
    client: ClientArgs,
    /// Which case: its id, or how that ends.
    case: String,
    /// What is given.
    #[arg(long, value_enum)]
    kind: Kind,
    /// What it is worth, such as 12.50. Leave it out for what has no price.
    #[arg(long, requires = "currency", value_parser = amount::worth)]
    amount: Option<i64>,
    /// ISO 4217 code of the amount.
    #[arg(long, value_name = "CODE")]
    currency: Option<String>,
    /// What it is, in words such as the customer may read.
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
    /// Who grants it.
    #[arg(long, value_name = "WHO")]
    by: String,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    Refund,
    Discount,
    Voucher,
    Replacement,
    Gift,
    Other,
}

impl Open {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let location = location::chosen(&client, self.location).await?;
        let case = v1::Case {
            customer: whom::customer(&client, &self.customer, &location).await?,
            location,
            summary: self.summary,
            severity: self.severity,
            assignee: self.assignee.unwrap_or_default(),
            ..Default::default()
        };
        let request = v1::OpenCaseRequest { case: Some(case), request_id: Uuid::now_v7().to_string() };
        let opened = client.call(|| {
            let (mut cases, request) = (client.cases(), request.clone());
            async move { cases.open_case(request).await }
        });
        let opened = opened.await?;
        output::advise(&opened.hints)?;
        list::print(&opened.case.unwrap_or_default(), self.output)
    }
}

impl Update {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let name = find::case(&client, &self.case).await?;
        let before = list::read(&client, &name).await?;
        let case = v1::Case {
            name,
            etag: before.etag,
            summary: self.summary.unwrap_or(before.summary),
            severity: self.severity.unwrap_or(before.severity),
            assignee: self.assignee.unwrap_or(before.assignee),
            location: self.location.map_or(before.location, location::named),
            ..Default::default()
        };
        let request = v1::UpdateCaseRequest { case: Some(case), update_mask: None };
        let updated = client.call(|| {
            let (mut cases, request) = (client.cases(), request.clone());
            async move { cases.update_case(request).await }
        });
        list::print(&updated.await?, self.output)
    }
}

impl Grant {
    pub(super) async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let remedy = v1::Remedy {
            kind: self.kind.of_contract().into(),
            amount: self.amount.map(|micros| v1::Money { currency_code: self.currency.unwrap_or_default(), micros }),
            words: self.words,
            granted_by: self.by,
            grant_time: None,
        };
        let request = v1::GrantRemedyRequest {
            name: find::case(&client, &self.case).await?,
            remedy: Some(remedy),
            etag: String::new(),
            request_id: Uuid::now_v7().to_string(),
        };
        let granted = client.call(|| {
            let (mut cases, request) = (client.cases(), request.clone());
            async move { cases.grant_remedy(request).await }
        });
        list::print(&granted.await?.case.unwrap_or_default(), self.output)
    }
}

impl Kind {
    fn of_contract(self) -> v1::remedy::Kind {
        match self {
            Self::Refund => v1::remedy::Kind::Refund,
            Self::Discount => v1::remedy::Kind::Discount,
            Self::Voucher => v1::remedy::Kind::Voucher,
            Self::Replacement => v1::remedy::Kind::Replacement,
            Self::Gift => v1::remedy::Kind::Gift,
            Self::Other => v1::remedy::Kind::Other,
        }
    }
}
