//! `gratitude staff`: who works at the desks.

use std::io::{self, Write};

use clap::{Args, Subcommand};
use console::Term;
use uuid::Uuid;

use super::{Role, end};
use crate::cli::{
    CliError,
    client::{Client, ClientArgs},
    location,
    output::{self, OutputFormat},
    show,
};
use crate::proto::v1;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gratitude staff add ana --name 'Ana' --role desk --location tea-house
  gratitude staff add xmas-1 --name 'Jo' --role desk --until 2026-12-31
  gratitude staff set-pin ana
  gratitude staff update ana --role manager --pseudonym 'Team Oolong'
  gratitude staff list
  gratitude staff end ana

A PIN is asked for, or read from standard input; it is never an argument, which others on the machine could see.")]
pub(in crate::cli) struct Staff {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Add a member of staff; they can sign in once they have a PIN.
    Add(Add),
    /// Change what is said of a member of staff.
    Update(Update),
    /// Give a member of staff a PIN; who signed in by an older one is signed out.
    SetPin(SetPin),
    /// List the staff.
    List(List),
    /// A member of staff leaves: they can't sign in any more, and are signed out.
    End(End),
}

#[derive(Debug, Args)]
struct Add {
    #[command(flatten)]
    client: ClientArgs,
    /// Their id: letters a-z, digits and hyphens. It stands with everything they do; it need not be their name.
    id: String,
    /// How colleagues call them.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What they are called in what is recorded of customers, where staff are not named. Default: their initials.
    #[arg(long, value_name = "PSEUDONYM")]
    pseudonym: Option<String>,
    /// What they may do: desk or manager.
    #[arg(long, value_enum, default_value = "desk")]
    role: Role,
    /// Only at this location; may be given several times. Default: all.
    #[arg(long = "location", value_name = "LOCATION")]
    locations: Vec<String>,
    /// Until when they work here: an instant, or a day, which counts whole. Default: for ever.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

#[derive(Debug, Args)]
struct Update {
    #[command(flatten)]
    client: ClientArgs,
    /// Their id.
    id: String,
    /// How colleagues call them.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What they are called in what is recorded of customers, where staff are not named.
    #[arg(long, value_name = "PSEUDONYM")]
    pseudonym: Option<String>,
    /// What they may do: desk or manager.
    #[arg(long, value_enum)]
    role: Option<Role>,
    /// Only at these locations from now on; may be given several times.
    #[arg(long = "location", value_name = "LOCATION")]
    locations: Vec<String>,
    /// Until when they work here: an instant, or a day, which counts whole.
    #[arg(long, value_name = "WHEN")]
    until: Option<String>,
}

#[derive(Debug, Args)]
struct SetPin {
    #[command(flatten)]
    client: ClientArgs,
    /// Their id.
    id: String,
}

#[derive(Debug, Args)]
struct List {
    #[command(flatten)]
    client: ClientArgs,
    /// List those who left too.
    #[arg(long)]
    ended: bool,
    /// How the reply is printed.
    #[arg(long, value_enum, default_value = "table")]
    output: OutputFormat,
}

#[derive(Debug, Args)]
struct End {
    #[command(flatten)]
    client: ClientArgs,
    /// Their id.
    id: String,
}

impl Staff {
    pub(in crate::cli) async fn run(self) -> Result<(), CliError> {
        match self.verb {
            Verb::Add(add) => add.run().await,
            Verb::Update(update) => update.run().await,
            Verb::SetPin(set_pin) => set_pin.run().await,
            Verb::List(list) => list.run().await,
            Verb::End(end) => end.run().await,
        }
    }
}

impl Add {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let staff_member = v1::StaffMember {
            display_name: self.name,
            pseudonym: self.pseudonym.unwrap_or_default(),
            role: self.role.of_contract().into(),
            locations: self.locations.into_iter().map(location::named).collect(),
            end_time: self.until.as_deref().map(end).transpose()?,
            ..v1::StaffMember::default()
        };
        let request = v1::CreateStaffMemberRequest {
            staff_member_id: self.id,
            staff_member: Some(staff_member),
            request_id: Uuid::new_v4().to_string(),
        };
        let added = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.create_staff_member(request).await }
        });
        print(added.await?.staff_member.into_iter().collect(), OutputFormat::Table)
    }
}

impl Update {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let staff_member = v1::StaffMember {
            name: named(self.id),
            display_name: self.name.unwrap_or_default(),
            pseudonym: self.pseudonym.unwrap_or_default(),
            role: self.role.map_or(v1::Role::Unspecified, Role::of_contract).into(),
            locations: self.locations.into_iter().map(location::named).collect(),
            end_time: self.until.as_deref().map(end).transpose()?,
            ..v1::StaffMember::default()
        };
        let request = v1::UpdateStaffMemberRequest { staff_member: Some(staff_member), update_mask: None };
        let updated = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.update_staff_member(request).await }
        });
        print(vec![updated.await?], OutputFormat::Table)
    }
}

impl SetPin {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::SetStaffPinRequest { name: named(self.id), pin: ask_pin()? };
        let updated = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.set_staff_pin(request).await }
        });
        print(vec![updated.await?], OutputFormat::Table)
    }
}

impl List {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let show_ended = self.ended;
        let ask = |page_token| {
            let mut admin = client.admin();
            let request = v1::ListStaffMembersRequest { page_size: 500, page_token, show_ended };
            async move { admin.list_staff_members(request).await }
        };
        let staff = client.every_page(ask, |page| (page.staff_members, page.next_page_token)).await?;
        print(staff, self.output)
    }
}

impl End {
    async fn run(self) -> Result<(), CliError> {
        let client = Client::connect(&self.client).await?;
        let request = v1::EndStaffMemberRequest { name: named(self.id), etag: String::new() };
        let ended = client.call(|| {
            let (mut admin, request) = (client.admin(), request.clone());
            async move { admin.end_staff_member(request).await }
        });
        print(vec![ended.await?], OutputFormat::Table)
    }
}

fn named(id: String) -> String {
    if id.starts_with("staff/") { id } else { format!("staff/{id}") }
}

/// A PIN that nobody sees: typed without being shown, or the first line of standard input.
fn ask_pin() -> Result<String, CliError> {
    let terminal = Term::stderr();
    if terminal.is_term() {
        terminal.write_str("PIN: ")?;
        return Ok(terminal.read_secure_line()?);
    }
    let mut line = String::new();
    io::stdin().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn print(staff_members: Vec<v1::StaffMember>, output: OutputFormat) -> Result<(), CliError> {
    match output {
        OutputFormat::Json => {
            let list = v1::ListStaffMembersResponse { staff_members, next_page_token: String::new() };
            output::print_json("ListStaffMembersResponse", &list)
        }
        OutputFormat::Table if staff_members.is_empty() => Ok(writeln!(io::stdout(), "There is nobody yet.")?),
        OutputFormat::Table => Ok(writeln!(io::stdout(), "{}", show::staff(&staff_members))?),
    }
}
