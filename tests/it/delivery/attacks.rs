//! What strangers and members of staff type to break a mail: composed by a real batch, sent to a real relay, and read
//! by another program than ours.

use super::{
    batches::by_smtp,
    people::{allow_e_mails, approve, batch, notes},
    python::{Script, interpreter},
    reading::{has_our_headers, is_well_formed, lines_and_spaces, one_line, shown},
    relay::Relay,
};
use crate::support::{
    service::TestService,
    shop::{SHOP, open_shop},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use gratitude::proto::v1 as pb;
use pb::{
    customer_service_client::CustomerServiceClient, interaction_service_client::InteractionServiceClient,
    location_service_client::LocationServiceClient, note_batch, note_service_client::NoteServiceClient,
};
use serde_json::{Value, json};
use tonic::{Code, Status, transport::Channel};

/// What is typed as a name, as what was bought and as what somebody likes.
const TYPED: [&str; 14] = [
    "<script src=\"https://evil.example/x.js\"></script>",
    "\"><img src=x onerror=\"alert(1)\">",
    "'><svg/onload=alert`1`>",
    "<a href=\"javascript:alert(1)\">click</a>",
    "javascript:alert(document.domain)//",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "<!-- a comment --> ]]> <?php echo 1 ?>",
    "Eve\r\nBcc: all@evil.example\r\n\r\n<b style=x>hello</b>",
    "=?utf-8?q?Boss=0d=0aBcc:_all@evil.example?=",
    "Eve <all@evil.example>, \"The Boss\" <boss@evil.example>; (comment)",
    "\u{202e}evE\u{202c} \u{2066}Mallory\u{2069} \u{200b}\u{feff}O\u{2019}Neil",
    "Zoe\u{308}\u{301} \u{1F469}\u{200D}\u{1F467} محمد Ελένη \\ \"Söhne\" & Co. %s %n #{jndi}",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "\t.\r\n.\r\nMAIL FROM:<x@evil.example>",
];

/// The words with which it all is said.
fn template() -> pb::Template {
    let text = pb::TemplateText {
        language_code: "en".to_owned(),
        subject: "For {{ customer.name or 'you' }}".to_owned(),
        opening: "Dear {{ customer.name or 'friend' }},".to_owned(),
        body: "{% if history.last_about %}thank you for {{ history.last_about | list }}.{% endif %}\n\n\
               {% if customer.likes %}You like {{ customer.likes | first }}.{% endif %}"
            .to_owned(),
        closing: "{{ location.team or 'We' }}".to_owned(),
        ..pb::TemplateText::default()
    };
    pb::Template {
        display_name: "An attack".to_owned(),
        occasion: pb::Occasion::Customer.into(),
        texts: vec![text],
        ..pb::Template::default()
    }
}

/// The place bears a name to be afraid of, too, and so does who answers.
async fn rename_shop(channel: Channel) {
    let location = pb::Location {
        name: SHOP.to_owned(),
        display_name: "Tea \"House\" <b>& Söhne</b>\r\nX-Evil: 1".to_owned(),
        reply_contact: Some(pb::ReplyContact {
            display_name: "Mina\r\nBcc: all@evil.example\r\n& \"Co\"".to_owned(),
            email: "mina@shop.example".to_owned(),
            ..pb::ReplyContact::default()
        }),
        ..pb::Location::default()
    };
    let request = pb::UpdateLocationRequest { location: Some(location), ..pb::UpdateLocationRequest::default() };
    LocationServiceClient::new(channel).update_location(request).await.expect("staff may call it so");
}

/// Somebody of that name buys, and likes, something of that name.
async fn buys(channel: Channel, n: usize, typed: &str) -> Result<(), Status> {
    let identifier = pb::Identifier {
        kind: pb::identifier::Kind::Email.into(),
        value: format!("guest.{n}@example.com"),
        ..pb::Identifier::default()
    };
    let identity = pb::Identity {
        identifiers: vec![identifier],
        profile: Some(pb::Customer { display_name: typed.to_owned(), ..pb::Customer::default() }),
        on_missing: pb::identity::OnMissing::Create.into(),
    };
    let item = pb::PurchaseItem { display_name: typed.to_owned(), quantity: 1, ..pb::PurchaseItem::default() };
    let interaction = pb::Interaction {
        location: SHOP.to_owned(),
        kind: pb::InteractionKind::Purchase.into(),
        outcome: pb::Outcome::Purchased.into(),
        channel: pb::InteractionChannel::InStore.into(),
        purchase: Some(pb::Purchase { items: vec![item], ..pb::Purchase::default() }),
        remarks: typed.to_owned(),
        ..pb::Interaction::default()
    };
    let request = pb::RecordInteractionRequest {
        who: Some(pb::Who { who: Some(pb::who::Who::Identity(identity)) }),
        interaction: Some(interaction),
        ..pb::RecordInteractionRequest::default()
    };
    let recorded = InteractionServiceClient::new(channel.clone()).record_interaction(request).await?.into_inner();
    let fact = pb::Fact {
        kind: pb::fact::Kind::Like.into(),
        text: typed.to_owned(),
        origin: pb::fact::Origin::ToldUs.into(),
        ..pb::Fact::default()
    };
    let name = recorded.interaction.expect("recorded").customer;
    let request = pb::AddFactRequest { name, fact: Some(fact), ..pb::AddFactRequest::default() };
    CustomerServiceClient::new(channel).add_fact(request).await.map(drop)
}

/// A batch of the template to all who bought, sent.
async fn sent(service: &TestService) -> pb::NoteBatch {
    let mut client = NoteServiceClient::new(service.channel());
    let request = pb::CreateTemplateRequest {
        template_id: "attack".to_owned(),
        template: Some(template()),
        ..pb::CreateTemplateRequest::default()
    };
    client.create_template(request).await.expect("nothing is wrong with it");
    let segment = pb::SegmentSelection {
        template: "templates/attack".to_owned(),
        location: SHOP.to_owned(),
        channels: vec![pb::Channel::Email.into()],
        ..pb::SegmentSelection::default()
    };
    let made = pb::NoteBatch { selection: Some(note_batch::Selection::Segment(segment)), ..pb::NoteBatch::default() };
    let request = pb::CreateNoteBatchRequest { note_batch: Some(made), ..pb::CreateNoteBatchRequest::default() };
    let name = client.create_note_batch(request).await.expect("made").into_inner().note_batch.expect("a batch").name;
    service.advance("1s").await;
    approve(service.channel(), &name).await;
    service.advance("1s").await;
    batch(service.channel(), &name).await
}

/// Every element of a page is one that we write, with our attributes only, and its words are those of the plain text.
fn holds_only_ours(read: &Value) {
    assert_eq!(read["others"], json!([]), "{read}");
    let mut links = 0;
    for element in read["elements"].as_array().unwrap() {
        let tag = element[0].as_str().unwrap();
        let attributes: Vec<_> = element[1].as_array().unwrap().iter().map(|it| it[0].as_str().unwrap()).collect();
        let ours: &[&str] = match tag {
            "html" => &["lang"],
            "head" | "br" => &[],
            "meta" if attributes[0] == "charset" => &["charset"],
            "meta" => &["name", "content"],
            "body" => &["style"],
            "p" => &["dir", "style"],
            "a" => &["style", "href"],
            other => panic!("<{other}> is none of ours: {read}"),
        };
        assert_eq!(attributes, ours, "<{tag}>");
        if tag == "a" {
            links += 1;
            let target = element[1][1][1].as_str().unwrap();
            assert!(target.starts_with("https://thanks.example.com/u/"), "{target}");
        }
    }
    assert_eq!(links, 1, "{read}");
    // Below the note, the plain text has the link as an address, and the page as words.
    let (plain, page) = (read["plain"].as_str().unwrap(), read["words"].as_str().unwrap());
    let note = plain.split("\r\n-- \r\n").next().unwrap();
    assert!(lines_and_spaces(page).join(" ").starts_with(&lines_and_spaces(note).join(" ")), "{plain:?}\n{page:?}");
}

both_engines! {
    async fn p8_whatever_people_type_is_words_in_a_mail_and_never_markup_or_a_header(database) {
        let test = "p8_whatever_people_type_is_words_in_a_mail_and_never_markup_or_a_header";
        let Some(relay) = Relay::start(test, &[]) else { return };
        let python = interpreter(test).expect("the relay runs by it");
        let service = TestService::with(database, |config| by_smtp(config, &relay, "ok")).await;
        open_shop(service.channel()).await;
        allow_e_mails(service.channel()).await;
        rename_shop(service.channel()).await;
        for (n, typed) in TYPED.iter().enumerate() {
            buys(service.channel(), n, typed).await.expect("people may type what they like");
        }
        let nul = buys(service.channel(), 99, "Eve\0").await.expect_err("but nothing that no text holds");
        assert_eq!(nul.code(), Code::InvalidArgument);

        let over = sent(&service).await;
        let kept = notes(service.channel(), &over.name, "note.state != DELIVERED").await;
        assert_eq!(over.delivered_count, TYPED.len() as i64, "{over:?}: {kept:?}");
        let mut reader = Script::start(&python, "reader.py", [] as [&str; 0]);
        let (mut seen, mut by_name) = (Vec::new(), 0);
        for content in relay.contents() {
            is_well_formed(content.as_bytes());
            reader.write(&BASE64_STANDARD.encode(&content));
            let read: Value = serde_json::from_str(&reader.read()).unwrap();
            assert_eq!((&read["defects"], &read["parts"]), (&json!([]), &json!(2)), "{read}");
            has_our_headers(&read);
            holds_only_ours(&read);
            let address = read["to"][0][1].as_str().unwrap();
            let n: usize = address.trim_matches(|c: char| !c.is_ascii_digit()).parse().expect("a guest's address");
            // Names are kept without what turns the direction of what stands beside them.
            let named = TYPED[n].replace(['\u{202c}', '\u{202e}', '\u{2066}', '\u{2069}'], "");
            assert_eq!(read["to"], json!([[one_line(&named), format!("guest.{n}@example.com")]]));
            // What nobody can be greeted by is greeted by no name.
            let subject = read["subject"].as_str().unwrap();
            let as_typed = one_line(&format!("For {named}"));
            assert!(subject == as_typed || subject == "For you", "{subject:?}, not {as_typed:?}");
            by_name += usize::from(subject == as_typed);
            assert_eq!(read["from"][0][1], "ok@shop.example");
            assert_eq!(read["reply_to"], json!([["Mina Bcc: all@evil.example & \"Co\"", "mina@shop.example"]]));
            let plain = lines_and_spaces(read["plain"].as_str().unwrap()).join(" ");
            let bought = lines_and_spaces(&shown(TYPED[n])).join(" ");
            assert!(plain.contains(&format!("thank you for {bought}")), "{plain}");
            seen.push(n);
        }
        seen.sort_unstable();
        assert_eq!(seen, Vec::from_iter(0..TYPED.len()), "one mail to each");
        assert!(by_name >= 4, "only {by_name} by the name as it was typed");
        service.stop().await;
    }

    async fn p8_a_name_that_looks_like_a_place_left_unfilled_goes_to_a_person(database) {
        let test = "p8_a_name_that_looks_like_a_place_left_unfilled_goes_to_a_person";
        let Some(relay) = Relay::start(test, &[]) else { return };
        let service = TestService::with(database, |config| by_smtp(config, &relay, "ok")).await;
        open_shop(service.channel()).await;
        allow_e_mails(service.channel()).await;
        let unfilled = ["<script>alert(1)</script>", "{{ config }}", "{% raw %}", "[name]"];
        for (n, typed) in unfilled.iter().enumerate() {
            buys(service.channel(), n, typed).await.expect("recorded");
        }
        let over = sent(&service).await;
        assert_eq!((over.with_person_count, over.delivered_count), (unfilled.len() as i64, 0), "{over:?}");
        assert_eq!(relay.contents().len(), 0);
        service.stop().await;
    }
}
