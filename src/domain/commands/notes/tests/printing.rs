use super::*;
use crate::domain::{
    customer::{ContactAddress, ContactPoint, PostalAddress},
    ids::PrintRunId,
    note_problem::NoteProblem,
    paper::{Begun, Cut, Format},
    settings::{Route, Settings},
    world::KeyHasher,
};
use uuid::Uuid;

/// A night whose one note is to be printed, approved.
fn on_paper() -> (Night, Gesture) {
    let (ana, visit) = reader(1);
    let note = thanks(1, &visit, &ana);
    let kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    let mut night = Night::begin(kit, due());
    night.by(Route::Print);
    assert!(night.compose(&[(ana.id, &[note.id])]));
    night.approve();
    (night, note)
}

fn run(n: u128) -> PrintRunId {
    PrintRunId(Uuid::from_u128(n))
}

fn hasher() -> KeyHasher {
    KeyHasher::new([7; 32])
}

impl Night {
    /// Has e-mails leave so from now on.
    fn by(&mut self, route: Route) {
        let mut settings = Settings::clone(&self.kit.world.settings);
        settings.routes.email = route;
        self.kit.world.settings = Arc::new(settings);
    }

    /// How many notes a run gets.
    fn print(&mut self, run: PrintRunId, replaces: Option<PrintRunId>) -> usize {
        let cut = Cut::new(Format::LetterA4, None);
        let notes = self
            .notes
            .iter()
            .zip(0..)
            .map(|(note, n)| ToPrint { note: *note, place: cut.place(Begun::default(), n) })
            .collect();
        let print = PrintNotes {
            actor: actor(),
            batch: self.batch,
            run,
            replaces,
            notes,
            readers: Vec::new(),
            hasher: hasher(),
        };
        let taken = self.kit.run(&print).unwrap();
        self.add_up();
        taken.notes.len()
    }

    /// What becomes of each sheet of a run.
    fn confirm(&mut self, run: PrintRunId) -> Vec<Fate> {
        let (batch, notes) = (self.batch, self.notes.clone());
        let confirmed = self
            .kit
            .run(&ConfirmPrinted { actor: actor(), batch, run, notes, readers: Vec::new(), hasher: hasher() })
            .unwrap();
        self.add_up();
        confirmed.into_iter().map(|one| one.fate).collect()
    }
}

#[test]
fn what_is_to_be_printed_waits_for_people() {
    let (mut night, note) = on_paper();
    assert_eq!((night.batch().state, night.batch().to_print), (BatchState::Delivering, 1));
    assert_eq!(night.print(run(1), None), 1);
    assert_eq!(night.batch().to_print, 1, "paper alone has not left");
    assert_eq!(night.confirm(run(1)), [Fate::Leaves]);
    assert_eq!((night.batch().state, night.batch().to_print), (BatchState::Completed, 0));
    assert_eq!((night.note(0).state, night.gesture(&note).state), (NoteState::Delivered, GestureState::Completed));
    assert_eq!(night.confirm(run(1)), [Fate::HasLeft]);
}

#[test]
fn p4_a_note_is_in_one_print_run_unless_that_one_is_replaced() {
    let (mut night, _) = on_paper();
    assert_eq!(night.print(run(1), None), 1);
    assert_eq!(night.print(run(2), None), 0);
    assert_eq!(night.print(run(2), Some(run(3))), 0);
    assert_eq!(night.print(run(2), Some(run(1))), 1);
    assert_eq!(night.confirm(run(1)), []);
    assert_eq!(night.confirm(run(2)), [Fate::Leaves]);
}

#[test]
fn p8_a_sheet_with_words_from_before_is_pulled_and_printed_anew() {
    let (mut night, _) = on_paper();
    assert_eq!(night.print(run(1), None), 1);
    let mut edited = night.note(0).clone();
    edited.version += 1;
    night.kit.world.notes.put(edited.id, edited);
    night.kit.world.settle();
    let [Fate::Pull { reason: Some(Reason::FactsChanged), .. }] = &night.confirm(run(1))[..] else {
        panic!("it says something else now")
    };
    assert_eq!(night.note(0).state, NoteState::Composed);
    assert!(matches!(night.confirm(run(1))[..], [Fate::Pull { .. }]), "whoever did not hear it is told again");
    assert_eq!(night.print(run(2), None), 1);
    assert_eq!(night.confirm(run(2)), [Fate::Leaves]);
}

#[test]
fn p8_a_sheet_that_names_what_was_bought_as_a_surprise_meanwhile_is_pulled() {
    for is_printed in [false, true] {
        let (mut night, note) = on_paper();
        let ana = night.kit.world.customer(note.customer).unwrap().clone();
        if is_printed {
            assert_eq!(night.print(run(1), None), 1);
        }
        buy_secretly(&mut night.kit, &ana, "teapot number 1");
        if is_printed {
            assert!(matches!(night.confirm(run(1))[..], [Fate::Pull { reason: Some(Reason::NotGenuine), .. }]));
        } else {
            assert_eq!(night.print(run(1), None), 0);
        }
        assert_eq!(night.note(0).state, NoteState::WithPerson);
    }
}

/// A night of two notes to be printed, of which the first is on paper.
fn one_of_two_on_paper() -> (Night, Customer) {
    let (ana, her_visit) = reader(1);
    let (bea, other_visit) = reader(2);
    let (first, second) = (thanks(1, &her_visit, &ana), thanks(2, &other_visit, &bea));
    let kit = kit().with_customer(&ana).with_interaction(&her_visit).with_gesture(&first);
    let kit = kit.with_customer(&bea).with_interaction(&other_visit).with_gesture(&second);
    let mut night = Night::begin(kit, due());
    night.by(Route::Print);
    night.compose(&[(ana.id, &[first.id]), (bea.id, &[second.id])]);
    night.approve();
    night.notes.truncate(1);
    assert_eq!(night.print(run(1), None), 1);
    (night, ana)
}

#[test]
fn p8_what_a_person_wrote_anew_after_its_sheet_was_pulled_is_printed_anew() {
    let (mut night, ana) = one_of_two_on_paper();
    let mut visit = night.kit.world.interactions_of(ana.id).next().unwrap().clone();
    visit.detail.items_looked_at = vec!["something else".to_owned()];
    night.kit.world.interactions.put(visit.id, visit);
    night.kit.world.settle();
    assert!(matches!(night.confirm(run(1))[..], [Fate::Pull { reason: Some(Reason::FactsChanged), .. }]));
    assert_eq!(night.note(0).state, NoteState::WithPerson);
    let target = Target {
        actor: actor(),
        once: once("again", "x"),
        batch: night.batch,
        note: night.notes[0],
        reader: ana.id,
        version: None,
    };
    let anew = night.kit.run(&RegenerateNote { target }).unwrap().note;
    assert_eq!(anew.state, NoteState::Composed, "{:?}", anew.problems);
    assert!(matches!(night.confirm(run(1))[..], [Fate::Pull { .. }]), "the old sheet still must not go");
    assert_eq!(night.print(run(2), None), 1);
    assert_eq!(night.confirm(run(1)), []);
    assert_eq!(night.confirm(run(2)), [Fate::Leaves]);
}

#[test]
fn p8_a_sheet_that_is_laid_elsewhere_bears_the_words_in_which_it_was_set() {
    let (mut night, _) = on_paper();
    assert_eq!(night.print(run(1), None), 1);
    let mut edited = night.note(0).clone();
    edited.version += 1;
    night.kit.world.notes.put(edited.id, edited);
    night.kit.world.settle();
    assert_eq!(night.print(run(1), None), 1, "to another place");
    assert!(matches!(night.confirm(run(1))[..], [Fate::Pull { .. }]));
}

#[test]
fn p4_what_is_on_paper_leaves_no_other_way() {
    let (mut night, _) = on_paper();
    assert_eq!(night.print(run(1), None), 1);
    night.by(Route::Spool);
    assert_eq!(night.start(), Started::default());
    assert_eq!(night.confirm(run(1)), [Fate::Leaves]);
}

#[test]
fn p8_what_cannot_be_set_is_a_persons_to_finish() {
    let (mut night, note) = on_paper();
    let problems = vec![NoteProblem::cut_short()];
    let notes = vec![(night.notes[0], problems.clone())];
    night.kit.run(&GiveBack { actor: actor(), batch: night.batch, notes }).unwrap();
    assert_eq!((night.note(0).state, &night.note(0).problems), (NoteState::WithPerson, &problems));
    assert!(night.gesture(&note).with_person && night.gesture(&note).written.is_none());
    assert_eq!(night.batch().state, BatchState::Completed, "nothing else waits");
}

#[test]
fn what_was_approved_to_be_tried_out_is_not_confirmed_once_it_is_meant() {
    let (mut night, _) = on_paper();
    night.print(run(1), None);
    let mut tried = night.batch().clone();
    tried.work.for_test = true;
    night.kit.world.batches.put(tried.id, tried);
    night.kit.world.settle();
    let (batch, notes) = (night.batch, night.notes.clone());
    let confirm = ConfirmPrinted { actor: actor(), batch, run: run(1), notes, readers: Vec::new(), hasher: hasher() };
    let refused = night.kit.run(&confirm).unwrap_err();
    assert!(refused.to_string().contains("test mode"), "{refused}");
}

#[test]
fn nothing_of_a_batch_that_stopped_is_confirmed() {
    let (mut night, _) = on_paper();
    night.print(run(1), None);
    let mut stopped = night.batch().clone();
    stopped.state = BatchState::Stopped;
    night.kit.world.batches.put(stopped.id, stopped);
    night.kit.world.settle();
    let (batch, notes) = (night.batch, night.notes.clone());
    let confirm = ConfirmPrinted { actor: actor(), batch, run: run(1), notes, readers: Vec::new(), hasher: hasher() };
    let refused = night.kit.run(&confirm).unwrap_err();
    assert!(refused.to_string().contains("stopped"), "{refused}");
}

/// Where letters reach somebody.
fn home(line: &str, town: &str) -> ContactPoint {
    let lines = vec![line.to_owned()];
    let address = PostalAddress { locality: town.to_owned(), lines, ..PostalAddress::default() };
    ContactPoint { address: ContactAddress::Post(address), label: String::new(), bad: false }
}

/// A night whose one note is a letter to Weg 1 in Berlin, on paper.
fn a_letter_on_paper() -> (Night, Customer) {
    let (mut ana, visit) = reader(1);
    say(&mut ana, Channel::Post, ConsentState::Granted);
    ana.profile.contact_points.push(home("Weg 1", "Berlin"));
    let mut note = thanks(1, &visit, &ana);
    note.channel = Channel::Post;
    let mut kit = kit().with_customer(&ana).with_interaction(&visit).with_gesture(&note);
    let mut settings = Settings::clone(&kit.world.settings);
    settings.routes.post = Route::Print;
    kit.world.settings = Arc::new(settings);
    let mut night = Night::begin(kit, due());
    assert!(night.compose(&[(ana.id, &[note.id])]));
    night.approve();
    assert_eq!(night.print(run(1), None), 1);
    (night, ana)
}

#[test]
fn p6_a_letter_to_an_address_from_before_is_pulled_and_printed_anew() {
    let moves: [fn(&mut Customer); 2] = [
        |ana| ana.profile.contact_points = vec![home("Neue Gasse 99", "München")],
        |ana| {
            for point in &mut ana.profile.contact_points {
                point.bad = true;
            }
            ana.profile.contact_points.push(home("Neue Gasse 99", "München"));
        },
    ];
    for (n, moved) in moves.into_iter().enumerate() {
        let (mut night, ana) = a_letter_on_paper();
        change(&mut night.kit, ana.id, moved);
        for _ in 0..2 {
            let [Fate::Pull { reason: Some(Reason::FactsChanged), explanation }] = &night.confirm(run(1))[..] else {
                panic!("{n}: it bears the old address")
            };
            assert!(explanation.contains("address"), "{n}: {explanation}");
        }
        assert_eq!(night.note(0).state, NoteState::Composed, "{n}");
        assert_eq!(night.print(run(2), None), 1, "{n}: the next run takes it");
        assert_eq!(night.confirm(run(1)), [], "{n}");
        assert_eq!(night.confirm(run(2)), [Fate::Leaves], "{n}");
    }
}

#[test]
fn a_letter_leaves_whatever_else_is_noted_of_who_gets_it() {
    let (mut night, ana) = a_letter_on_paper();
    change(&mut night.kit, ana.id, |ana| ana.profile.contact_points.push(home("Neue Gasse 99", "München")));
    assert_eq!(night.confirm(run(1)), [Fate::Leaves], "the first address still is the one for letters");
    assert_eq!(night.confirm(run(1)), [Fate::HasLeft]);
}
