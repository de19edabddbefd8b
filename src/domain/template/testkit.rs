//! What tests of templates compose with: somebody of whom much is known, and somebody of whom nothing is.

use super::{
    Begin, CompiledTemplate, Draft, NoteFacts, Occasion, Part, Template, TemplateDefinition, TemplateState,
    TemplateText, Wish, compose,
};
use crate::domain::{
    case::{Case, CaseOrigin, CaseState, Remedy, RemedyKind},
    customer::{Channel, Customer, Fact, FactKind, FactOrigin, Profile},
    ids::CaseId,
    interaction::{FaultKind, Interaction, Outcome, Purchase, PurchaseItem},
    location::{Location, ReplyContact},
    money::Money,
    summary::Summary,
    testkit::{at, customer, shop, visit},
    upcoming::Upcoming,
};

/// What a draft is made of.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) customer: Customer,
    pub(super) summary: Summary,
    pub(super) location: Location,
    pub(super) interaction: Interaction,
    pub(super) case: Option<Case>,
}

impl Known {
    /// Ana Schmidt, who came on three days, at a place that says who answers.
    pub(super) fn much() -> Self {
        let mut customer = customer(1);
        customer.profile.display_name = "Ana".to_owned();
        customer.profile.given_name = "Ana".to_owned();
        customer.profile.honorific = "Frau".to_owned();
        customer.profile.family_name = "Schmidt".to_owned();
        let liking = |text: &str, origin| Fact {
            id: uuid::Uuid::nil(),
            kind: FactKind::Like,
            text: text.to_owned(),
            origin,
            learned_at: at("2026-01-01T00:00"),
            date: None,
        };
        customer.profile.facts =
            vec![liking("old roses", FactOrigin::ToldUs), liking("is rich", FactOrigin::OtherChannel)];
        let mut location = shop();
        location.settings.region = "GB".to_owned();
        location.settings.reply_contact = ReplyContact {
            name: Some("Ben and the team".to_owned()),
            email: Some("hello@garden.example".to_owned()),
            phone: Some("+493012345".to_owned()),
        };
        let mut interaction = visit(1, &customer, at("2026-10-12T10:00"));
        let detail = &mut interaction.detail;
        detail.outcome = Some(Outcome::Purchased);
        detail.items_looked_at = vec!["red teapot".to_owned(), "garden bench".to_owned()];
        detail.topics = vec!["winter-hardy roses".to_owned()];
        detail.fault = Some(FaultKind::Late);
        detail.staff = "Ben".to_owned();
        detail.purchase = Some(Purchase {
            total: Some(Money { currency: "EUR".to_owned(), micros: 1_234_500_000 }),
            items: vec![item("geranium", 3), item("teapot", 1)],
            surprise: false,
            confidential: false,
        });
        interaction.end_at = Some(at("2026-10-15T09:00"));
        let mut summary = Summary::new(customer.id);
        for day in ["2025-03-02", "2026-05-01", "2026-10-12"] {
            summary.add_visit_day(day.parse().expect("a day"), None).expect("in order");
        }
        summary.count(&interaction);
        summary.add_spend(&interaction, 1);
        Self { customer, summary, location, interaction, case: None }
    }

    /// Nobody knows who came, and the place gives nothing away.
    pub(super) fn nothing() -> Self {
        let mut customer = customer(2);
        customer.profile = Profile::default();
        let interaction = visit(2, &customer, at("2026-10-12T10:00"));
        let mut location = shop();
        location.settings.sensitive = true;
        Self { summary: Summary::new(customer.id), customer, location, interaction, case: None }
    }

    /// The case of what went wrong then, in a person's words, and what was given for it.
    pub(super) fn case(&self, remedies: &[&str]) -> Case {
        let remedy = |words: &&str| Remedy {
            kind: RemedyKind::Voucher,
            amount: None,
            words: (*words).to_owned(),
            granted_by: "mina".to_owned(),
            granted_at: at("2026-10-12T12:00"),
        };
        Case {
            id: CaseId(uuid::Uuid::nil()),
            customer: self.customer.id,
            interaction: Some(self.interaction.id),
            gesture: None,
            state: CaseState::Open,
            location: None,
            origin: CaseOrigin::Person,
            summary: "a cracked lid".to_owned(),
            severity: 3,
            assignee: String::new(),
            root_cause: String::new(),
            no_cause_found: false,
            remedy: String::new(),
            remedies: remedies.iter().map(remedy).collect(),
            recovery: None,
            reopened: None,
            opened_at: at("2026-10-12T11:00"),
            resolved_at: None,
            version: 1,
        }
    }

    pub(super) fn facts(&self) -> NoteFacts<'_> {
        NoteFacts {
            customer: &self.customer,
            summary: &self.summary,
            location: &self.location,
            interaction: Some(&self.interaction),
            milestone: Some(5),
            upcoming: Some(Upcoming::Birthday { on: jiff::civil::date(2026, 12, 1) }),
            case: self.case.as_ref(),
        }
    }

    /// The draft of a template on its own.
    pub(super) fn compose(
        &self,
        template: &CompiledTemplate,
        channel: Channel,
        language: &str,
        last_notes: &[&str],
    ) -> Draft {
        compose(
            Part { template, facts: self.facts() },
            &[],
            &Wish { channel, language, last_notes, begin: Begin::Anywhere },
        )
    }
}

/// So many of one thing.
pub(super) fn item(name: &str, quantity: u32) -> PurchaseItem {
    PurchaseItem { sku: String::new(), name: name.to_owned(), quantity, price: None }
}

/// A text in English with nothing but a body.
pub(super) fn body(body: &str) -> TemplateText {
    TemplateText { language: "en".to_owned(), body: body.to_owned(), ..TemplateText::default() }
}

/// A definition of some texts.
pub(super) fn definition(occasion: Occasion, texts: Vec<TemplateText>) -> TemplateDefinition {
    TemplateDefinition { display_name: "A test".to_owned(), occasion, texts }
}

/// A compiled template; its slug says nothing.
pub(super) fn template(definition: TemplateDefinition) -> CompiledTemplate {
    let template = Template {
        id: "a-test".parse().expect("a slug"),
        state: TemplateState::Active,
        version: 1,
        definition,
        revision: 1,
        created_at: at("2026-01-01T00:00"),
        updated_at: at("2026-01-01T00:00"),
    };
    CompiledTemplate::new(template).expect("the template compiles")
}

/// What one English body says of the facts.
pub(super) fn said(known: &Known, occasion: Occasion, text: &str) -> String {
    let template = template(definition(occasion, vec![body(text)]));
    known.compose(&template, Channel::Post, "en", &[]).text.replace('\u{a0}', " ")
}
