//! Templates made to break the service: endless loops, texts that grow, recursion, names that nothing gives.

use gratitude::{domain::limits, proto::v1 as pb};
use pb::{
    interaction_service_client::InteractionServiceClient, note_service_client::NoteServiceClient,
    preview_note_request::Words,
};
use std::fs;
use tonic::{Code, Status, transport::Channel};

use super::{
    SHOP, ada, shop,
    templates::{browse, create, faults, text},
};
use crate::support::binary::Serving;

/// How often each attack is made on the real binary: enough that anything kept of it would show.
const ROUNDS: usize = 4;
/// What the process may grow by. The largest request is 10 MiB, and is in memory more than once while it is read.
const GROWTH_MAX_BYTES: u64 = 96 * 1024 * 1024;

both_engines! {
    async fn a_template_made_to_break_the_service_is_refused(database) {
        let service = shop(database).await;
        let mut notes = NoteServiceClient::new(service.channel());
        let before = names(&mut notes).await;
        for body in attacks() {
            let shown: String = body.chars().take(60).collect();
            let status = attack(&mut notes, &body).await;
            assert_eq!(status.code(), Code::InvalidArgument, "{shown}: {}", status.message());
            let faults = faults(&status);
            assert!(!faults.is_empty(), "{shown}");
            for (field, text) in &faults {
                let is_too_long = text.contains("at most") && body.len() > limits::TEXT_MAX_BYTES;
                assert!(is_too_long || field == "template.texts[0].body" && text.starts_with("line "), "{shown}: {field}: {text}");
            }
        }
        assert_eq!(names(&mut notes).await, before, "nothing was saved");
        service.stop().await;
    }
}

both_engines! {
    /// Nothing is wrong with these words: what is too much is what they say of this one purchase.
    async fn p8_words_that_grow_without_end_are_cut_and_go_to_a_person(database) {
        let service = shop(database).await;
        let ada = ada(&service).await;
        let item = |n: usize| pb::PurchaseItem {
            display_name: format!("{n} {}", "ä".repeat(120)),
            quantity: 10_000,
            ..pb::PurchaseItem::default()
        };
        let request = pb::RecordInteractionRequest {
            who: Some(pb::Who { who: Some(pb::who::Who::Customer(ada.name.clone())) }),
            interaction: Some(pb::Interaction {
                location: SHOP.to_owned(),
                kind: pb::InteractionKind::Purchase.into(),
                channel: pb::InteractionChannel::InStore.into(),
                outcome: pb::Outcome::Purchased.into(),
                purchase: Some(pb::Purchase { items: (0..100).map(item).collect(), ..pb::Purchase::default() }),
                ..pb::Interaction::default()
            }),
            ..pb::RecordInteractionRequest::default()
        };
        let recorded = InteractionServiceClient::new(service.channel()).record_interaction(request).await;
        let interaction = recorded.expect("recorded").into_inner().interaction.expect("it is returned").name;
        let all = "{{ purchase.items | quoted | list or 'all' }} ".repeat(100);
        let each = "{% for item in purchase.items %}{{ item.name }} {{ item.quantity | number }} {% endfor %}";
        let long = format!("{{% for item in purchase.items %}}{}{{% endfor %}}", "x".repeat(7_000));
        let given = |body: &str| format!("{{% if purchase.items %}}{body}{{% endif %}}");
        for body in [all, given(&each.repeat(45)), given(&long)] {
            let draft = pb::Template { occasion: pb::Occasion::Purchase.into(), texts: vec![text("en", &body)], ..browse() };
            let request = pb::PreviewNoteRequest {
                customer: ada.name.clone(),
                words: Some(Words::Draft(draft)),
                interaction: interaction.clone(),
                ..pb::PreviewNoteRequest::default()
            };
            let shown = NoteServiceClient::new(service.channel()).preview_note(request).await.expect("shown").into_inner();
            assert!(shown.text.len() <= limits::NOTE_MAX_BYTES && shown.text.len() > 10_000, "{} bytes", shown.text.len());
            let too_long = |problem: &pb::NoteProblem| problem.reason() == pb::note_problem::Reason::TooLong;
            assert!(shown.problems.iter().any(too_long), "{:?}", shown.problems);
        }
        service.stop().await;
    }
}

#[tokio::test]
async fn attacks_leave_the_memory_as_it_was() {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    let serving = Serving::start(&url, &[]);
    let channel = Channel::from_shared(serving.url()).expect("a URL").connect().await.expect("it listens");
    let mut notes = NoteServiceClient::new(channel);
    // Once to warm up: what a first request of that size needs is kept by the allocator.
    for body in attacks() {
        attack(&mut notes, &body).await;
    }
    let before = resident_bytes(serving.id());
    for _ in 0..ROUNDS {
        for body in attacks() {
            attack(&mut notes, &body).await;
        }
    }
    let grown = resident_bytes(serving.id()).saturating_sub(before);
    assert!(grown < GROWTH_MAX_BYTES, "grew by {grown} bytes");
    assert_eq!(serving.terminate(), Some(0));
}

/// What the kernel says that a process has in memory.
fn resident_bytes(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).expect("it runs, on Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("the kernel says it");
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kib * 1024
}

async fn names(notes: &mut NoteServiceClient<Channel>) -> Vec<String> {
    let all = pb::ListTemplatesRequest { show_retired: true, page_size: 500, ..pb::ListTemplatesRequest::default() };
    let listed = notes.list_templates(all).await.expect("the service is up").into_inner();
    listed.templates.into_iter().map(|template| template.name).collect()
}

/// The refusal of a template with such a body.
async fn attack(notes: &mut NoteServiceClient<Channel>, body: &str) -> Status {
    let template = pb::Template { texts: vec![text("en", body)], ..browse() };
    let shown: String = body.chars().take(60).collect();
    notes.create_template(create("attack", template)).await.expect_err(&shown)
}

/// Bodies that would cost time or memory, if anything in them were done.
fn attacks() -> Vec<String> {
    let mut attacks: Vec<_> = [
        "{% for x in range(1000000000) %}x{% endfor %}",
        "{% for a in interaction.topics %}{% for b in interaction.topics %}{% for c in interaction.topics %}x{% endfor %}{% endfor %}{% endfor %}",
        "{{ 'x' | indent(1000000000) }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '%s' | format(customer.name) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ customer.name | replace('', customer.name) | replace('', customer.name) | replace('', customer.name) }}",
        "{{ 'xxxxxxxx' | replace('x', 'xxxxxxxx') | replace('x', 'xxxxxxxx') | replace('x', 'xxxxxxxx') }}",
        "{% set x = 'xxxx' %}{% set x = x ~ x %}{% set x = x ~ x %}{{ x }}",
        "{{ customer.name ~ customer.name }}",
        "{{ 'x' * 1000000000 }}",
        "{{ ['x'] * 1000000000 }}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{% include 'browse' %}",
        "{% extends 'browse' %}",
        "{% import 'browse' as browse %}",
        "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
        "{% block body %}{{ self.body() }}{% endblock %}",
        "{% call again() %}{% endcall %}",
        "{{ interaction.topics | map('upper') | join(customer.name) }}",
        "{{ debug() }}",
        "{{ customer.__class__ }}",
        "{{ lipsum(1000000) }}",
        "{{ customer.nmae or 'friend' }}",
        "{{ purchase.items | list | default('things') }}",
        "{{ customer.name",
        "{% if customer.name %}",
        "{{ customer.name | default('friend') | nonsense }}",
        "{{ customer['__class__'] }}",
        "{{ customer.name.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''.__class__ }}",
        "{{ customer.name | attr('__class__') }}",
        "{{ customer.name[0] }}",
        "{{ customer.name[0:1000000000] }}",
        "{{ customer }}",
        "{{ self }}",
        "{{ loop }}",
        "{{ config }}",
        "{{ namespace(x=1) }}",
        "{{ 'x'.join(interaction.topics) }}",
        "{{ '{0.__class__}'.format(customer) }}",
        "{{ '%(x)s' % customer }}",
        "{{ 9 ** 999999999 }}",
        "{{ 1 / 0 }}",
        "{% for c in customer.name %}{{ c }}{% endfor %}",
        "{% for key in customer %}{{ key }}{% endfor %}",
        "{% for x in interaction.topics %}{{ loop.index0 }}{{ loop.cycle('a') }}{% endfor %}",
        "{% filter upper %}x{% endfilter %}",
        "{% autoescape false %}x{% endautoescape %}",
        "{% with x = 1 %}{{ x }}{% endwith %}",
        "{% do customer.clear() %}",
        "{% raw %}x",
        "{# x",
        "{{ 'x",
        "{% endif %}",
        "{% else %}",
        "{% if %}x{% endif %}",
        "{{ customer.name if customer.name }}",
    ]
    .map(str::to_owned)
    .into();
    attacks.push("{{ customer.name or 'x' }}".repeat(1_000_000 / 26));
    attacks.push("x".repeat(10 * 1024 * 1024));
    attacks.push(format!("{{{{ {}customer.name{} }}}}", "(".repeat(2_000), ")".repeat(2_000)));
    attacks.push("{% if customer.name %}".repeat(200) + &"{% endif %}".repeat(200));
    attacks.push(format!("{{{{ customer.name{} }}}}", " | upper_first".repeat(500)));
    attacks.push(format!("{{% if {}customer.name %}}x{{% endif %}}", "not ".repeat(1_900)));
    attacks.push(format!("{{% if {}customer.name %}}x{{% endif %}}", "customer.name and ".repeat(400)));
    attacks.push(format!("{{{{ {}'x' }}}}", "'x' if customer.name else ".repeat(300)));
    attacks.push(format!("{{{{ {}1{} }}}}", "[".repeat(2_000), "]".repeat(2_000)));
    attacks.push("{".repeat(8_000));
    attacks.push("{% for x in interaction.topics %}".repeat(200));
    attacks
}
