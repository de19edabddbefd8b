//! The demo, as a newcomer sees it, where nobody looks at a terminal.

use crate::support::binary;

#[test]
fn the_demo_tells_its_story_and_ends() {
    let output = binary::run(&["demo", "--exit"]);
    assert!(output.status.success(), "{}", binary::stderr(&output));
    let told = binary::stdout(&output);
    for said in [
        // Who only looked is answered for; who is not known stays visible.
        "Grace      45 pages, 39 min   not purchased",
        "Nobody is known to thank.",
        // The desk knows who comes in.
        "Amelia · returning · visit day 3",
        "likes       green tea",
        // Till and desk: one story, one thanks.
        "The visit ended with a purchase after all.",
        "hand over · en · thanks-after-purchase · composed",
        // One contact a day, a stranger thanked in person.
        "makes the contact of that day for the group thanks",
        "fulfilled — Thanked face to face.",
        // A complaint at night: the call waits for the morning, cheer waits for the case, the card says so first.
        "moved to Tue 24 Nov 2026 08:00",
        "Waits until cases/",
        "FIRST       Apologise first",
        "was resolved; the recovery comes first",
        // The notes are written together; one says nothing particular and goes to a person.
        "11 written · 1 with a person",
        "rests on customer.name “Grace” (told us)",
        "a person must look: It names nothing that is particular to this customer.",
        // They leave once somebody approved; what came back meanwhile is not thanked for, and all is counted.
        "What was bought came back.",
        "10 delivered · 1 with a person · 1 skipped",
        "10 letters lie ready",
        "12 customers, 2 of them returning",
    ] {
        assert!(told.contains(said), "{said:?} is not in:\n{told}");
    }
    assert!(!told.contains('\u{1b}'), "colours are for terminals");
}
