//! A note is composed: chosen among variants, its facts tracked, its words looked over. Beside it, MiniJinja renders
//! the same texts to the same words and does nothing else.

use crate::{
    bench::Bench,
    outcome::{Bound, Measured, Outcome, Side, Verdict},
};
use gratitude::domain::{
    customer::{Channel, Customer, Profile},
    identity::phone_in_words,
    ids::{CustomerId, HouseholdId, InteractionId},
    interaction::{
        Detail, Direction, Interaction, InteractionChannel, InteractionKind, InteractionState, Outcome as Ended,
    },
    location::{Location, LocationSettings, ReplyContact},
    moment,
    summary::Summary,
    template::{Begin, CompiledTemplate, Draft, NoteFacts, Part, Template, TemplateState, Wish, compose, starter},
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use minijinja::{Environment, UndefinedBehavior, Value};
use std::time::{Duration, Instant};
use uuid::Uuid;

const TEMPLATE: &str = "thanks-for-stopping-by";
const CUSTOMERS: u64 = 500;

/// Somebody who came by.
struct Visitor {
    customer: Customer,
    summary: Summary,
    interaction: Interaction,
}

pub(super) async fn on_one_core(bench: &Bench) -> Outcome<Measured> {
    let options = bench.options.clone();
    // Pure work on one thread.
    tokio::task::spawn_blocking(move || measure(options.rounds(), options.seconds())).await?
}

fn measure(rounds: usize, seconds: f64) -> Outcome<Measured> {
    let template = starter_template()?;
    let location = location()?;
    let visitors = (0..CUSTOMERS).map(|n| visitor(n, &location)).collect::<Outcome<Vec<_>>>()?;
    let environment = environment();
    let bare = Bare::compile(&environment, &template)?;
    // Both sides say the same, or there is nothing to compare.
    let mut drafts = Vec::new();
    for visitor in &visitors {
        let draft = composed(visitor, &location, &template);
        let rendered = bare.render(visitor, &location, draft.variant)?;
        if words(&draft.text) != words(&rendered) {
            return Err(format!("the sides differ:\n{}\n---\n{rendered}", draft.text).into());
        }
        drafts.push(draft);
    }

    let mut ours = Side::new("notes composed, one core", "/s");
    let mut theirs = Side::new("the same texts rendered by MiniJinja, one core", "/s");
    for _ in 0..rounds {
        ours.rounds.push(rate(seconds, |n| {
            std::hint::black_box(composed(&visitors[n % visitors.len()], &location, &template));
            Ok(())
        })?);
        theirs.rounds.push(rate(seconds, |n| {
            let n = n % visitors.len();
            std::hint::black_box(bare.render(&visitors[n], &location, drafts[n].variant)?);
            Ok(())
        })?);
    }
    let verdicts = vec![Verdict::ratio("composed / rendered by MiniJinja", &ours, &theirs, Bound::AtLeast(0.3))?];
    let note = "MiniJinja's filters are plain English ones, without CLDR: they cost less than the service's";
    Ok(Measured { sides: vec![ours, theirs], verdicts, notes: vec![note.to_owned()] })
}

/// How often a second something can be done on this thread.
fn rate(seconds: f64, mut work: impl FnMut(usize) -> Outcome<()>) -> Outcome<f64> {
    let (begun, limit) = (Instant::now(), Duration::from_secs_f64(seconds));
    let mut done = 0;
    while begun.elapsed() < limit {
        for _ in 0..100 {
            work(done)?;
            done += 1;
        }
    }
    Ok(done as f64 / begun.elapsed().as_secs_f64())
}

fn composed(visitor: &Visitor, location: &Location, template: &CompiledTemplate) -> Draft {
    let facts = NoteFacts {
        customer: &visitor.customer,
        summary: &visitor.summary,
        location,
        interaction: Some(&visitor.interaction),
        milestone: None,
        upcoming: None,
        case: None,
    };
    let wish = Wish { channel: Channel::Post, language: "en", last_notes: &[], begin: Begin::Anywhere };
    compose(Part { template, facts }, &[], &wish)
}

fn starter_template() -> Outcome<CompiledTemplate> {
    let (slug, definition) =
        starter::templates().iter().find(|(slug, _)| *slug == TEMPLATE).ok_or("the starter template is gone")?;
    let template = Template {
        id: slug.parse()?,
        state: TemplateState::Active,
        version: 1,
        definition: definition.clone(),
        revision: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
    };
    CompiledTemplate::new(template).map_err(|faults| format!("{faults:?}").into())
}

fn location() -> Outcome<Location> {
    Ok(Location {
        id: "garden-shop".parse()?,
        settings: LocationSettings {
            display_name: "The Garden Shop".to_owned(),
            time_zone: "Europe/London".to_owned(),
            region: "GB".to_owned(),
            language: "en".to_owned(),
            currency: "GBP".to_owned(),
            opening_hours: None,
            holidays: Vec::new(),
            reply_contact: ReplyContact {
                name: Some("Ben and the team".to_owned()),
                email: Some("hello@garden.example".to_owned()),
                phone: Some("+442012345".to_owned()),
            },
            sensitive: false,
            brand: None,
            postal_address: None,
            call_capacity: Vec::new(),
        },
        version: 1,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        planned_since: 0,
        planning_change: String::new(),
    })
}

fn visitor(n: u64, location: &Location) -> Outcome<Visitor> {
    let id = |space: u128| Uuid::from_u128(space << 96 | u128::from(n) << 4 | 0x7000_8000_0000_0000_0000);
    let profile = Profile { display_name: format!("Guest {n}"), ..Profile::default() };
    let at: Timestamp = "2026-03-02T11:00:00Z".parse()?;
    let at = at.checked_add((24 * i64::try_from(n % 200)?).hours())?;
    let customer = Customer::new(CustomerId(id(1)), HouseholdId(id(2)), profile, Vec::new(), at);
    let mut detail = Detail::new(InteractionKind::Visit, InteractionChannel::InStore, Direction::Inbound);
    detail.outcome = Some(Ended::NotPurchased);
    match n % 3 {
        0 => detail.items_looked_at = vec![format!("garden bench {n}"), "red teapot".to_owned()],
        1 => detail.topics = vec![format!("winter-hardy roses {n}")],
        _ => {}
    }
    let date = TimeZone::UTC.to_datetime(at).date();
    let interaction = Interaction {
        id: InteractionId(id(3)),
        customer: Some(customer.id),
        recorded_customer: Some(customer.id),
        origin: None,
        candidates: Vec::new(),
        state: InteractionState::Closed,
        location: location.id.clone(),
        moment: moment::judge(&detail, &[]),
        detail,
        start_at: at,
        end_at: Some(at),
        received_at: at,
        local_date: date,
        journey: None,
        joined: None,
        history: false,
        void_reason: None,
        version: 1,
    };
    let mut summary = Summary::new(customer.id);
    for day in [date.checked_sub(30.days())?, date] {
        summary.add_visit_day(day, None).map_err(|_| "days come in order")?;
    }
    Ok(Visitor { customer, summary, interaction })
}

/// The template's English texts, parsed once.
struct Bare<'e> {
    texts: Vec<Vec<minijinja::Template<'e, 'e>>>,
}

impl<'e> Bare<'e> {
    fn compile(environment: &'e Environment<'_>, template: &'e CompiledTemplate) -> Outcome<Self> {
        let texts = template.template.definition.texts.iter().map(|text| {
            let parts = [&text.opening, &text.body, &text.closing].into_iter();
            parts.map(|part| Ok(environment.template_from_str(part)?)).collect::<Outcome<Vec<_>>>()
        });
        Ok(Self { texts: texts.collect::<Outcome<_>>()? })
    }

    fn render(&self, visitor: &Visitor, location: &Location, variant: u32) -> Outcome<String> {
        let context = context(visitor, location);
        let parts = self.texts.get(usize::try_from(variant)?).ok_or("no such variant")?;
        let mut text = String::new();
        for part in parts {
            text.push_str(&part.render(&context)?);
            text.push_str("\n\n");
        }
        Ok(text)
    }
}

fn context(visitor: &Visitor, location: &Location) -> Value {
    let detail = &visitor.interaction.detail;
    let settings = &location.settings;
    let texts = |texts: &[String]| texts.iter().cloned().collect::<Value>();
    let phone = settings.reply_contact.phone.as_deref().map(|number| phone_in_words(number, &settings.region));
    let date = |date: Option<Date>| Value::from(date.map(|date| date.to_string()).unwrap_or_default());
    Value::from_pairs([
        ("customer", Value::from_pairs([("name", Value::from(visitor.customer.profile.display_name.clone()))])),
        (
            "history",
            Value::from_pairs([
                ("visit_days", Value::from(visitor.summary.visit_days)),
                ("first_visit", date(visitor.summary.first_visit)),
            ]),
        ),
        (
            "interaction",
            Value::from_pairs([
                ("date", date(Some(visitor.interaction.local_date))),
                ("items_looked_at", texts(&detail.items_looked_at)),
                ("topics", texts(&detail.topics)),
            ]),
        ),
        ("visit", Value::from_pairs([("no_purchase_reason", Value::from(""))])),
        (
            "location",
            Value::from_pairs([
                ("name", Value::from(settings.display_name.clone())),
                ("person", Value::from(settings.reply_contact.name.clone())),
                ("team", Value::from(settings.reply_contact.name.clone())),
                ("email", Value::from(settings.reply_contact.email.clone())),
                ("phone", Value::from(phone)),
            ]),
        ),
    ])
}

/// MiniJinja with the filters that the texts use.
fn environment() -> Environment<'static> {
    fn date(text: &str, format: &str) -> String {
        text.parse::<Date>().map(|date| date.strftime(format).to_string()).unwrap_or_default()
    }
    fn members(value: &Value) -> Vec<String> {
        value.try_iter().map(|members| members.map(|member| member.to_string()).collect()).unwrap_or_default()
    }
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Lenient);
    environment.add_filter("day", |text: String| date(&text, "%A %-d %B"));
    environment.add_filter("month", |text: String| date(&text, "%B %Y"));
    environment.add_filter("first", |value: Value| members(&value).into_iter().next().unwrap_or_default());
    environment.add_filter("quoted", |text: String| format!("‘{text}’"));
    environment.add_filter("list", |value: Value, most: Option<usize>| {
        let mut members = members(&value);
        members.truncate(most.unwrap_or(usize::MAX));
        match members.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => members.concat(),
        }
    });
    environment
}

/// The words alone: white space and quotation marks are set by the service.
fn words(text: &str) -> String {
    let plain = text.replace(['\u{a0}', '\n'], " ").replace(['‘', '’', '“', '”', '"', '\''], "");
    let words = plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    [".", ",", ";", ":", "!", "?", ")"].iter().fold(words, |text, mark| text.replace(&format!(" {mark}"), mark))
}
