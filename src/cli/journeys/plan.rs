//! What an import would change: the file beside what is there.

use std::collections::BTreeMap;

use super::file::Said;
use crate::proto::v1;

/// One thing that an import does, or leaves.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Step {
    /// The resource.
    pub(super) name: String,
    /// What becomes of it.
    pub(super) change: Change,
    /// Which of its fields change.
    pub(super) fields: Vec<&'static str>,
    /// What to ask the service for; nothing where nothing changes.
    pub(super) request: Option<Request>,
}

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is as the file says.
    Same,
    /// The file says nothing of it, and it stays.
    NotInFile,
}

/// What the service is asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Request {
    CreateJourney(v1::Journey),
    UpdateJourney(v1::Journey),
    CreateTouchpoint(v1::Touchpoint),
    UpdateTouchpoint(v1::Touchpoint),
}

/// What is there before.
#[derive(Debug)]
pub(super) struct Before {
    pub(super) journeys: BTreeMap<String, v1::Journey>,
    pub(super) touchpoints: BTreeMap<String, v1::Touchpoint>,
}

/// The steps that make the map what the file says, in an order in which each is allowed: stages before the touchpoints
/// in them, and what leaves a stage before that goes.
///
/// # Errors
/// What names something that was retired, or takes out a stage from under a touchpoint.
pub(super) fn plan(said: &Said, before: &Before) -> Result<Vec<Step>, String> {
    let known = before.journeys.get(&said.journey.name);
    if known.is_some_and(|journey| journey.state() == v1::journey::State::Retired) {
        return Err(retired(said, &said.journey.name));
    }
    let mut steps = Vec::new();
    let mut last = None;
    match known {
        None => steps.push(Step::create(&said.journey.name, Request::CreateJourney(said.journey.clone()))),
        Some(journey) => {
            let fields = journey_fields(journey, &said.journey);
            let wanted = v1::Journey { etag: journey.etag.clone(), ..said.journey.clone() };
            let gone = stages_gone(journey, &said.journey);
            check_left_behind(said, before, &gone)?;
            if gone.is_empty() || !leaves_any(said, before, &gone) {
                steps.push(Step::update(&journey.name, fields, Request::UpdateJourney(wanted)));
            } else {
                // Until their touchpoints have left them.
                let mut between = wanted.clone();
                between.stages.extend(gone);
                steps.push(Step::update(&journey.name, fields, Request::UpdateJourney(between)));
                let wanted = v1::Journey { etag: String::new(), ..wanted };
                last = Some(Step::update(&journey.name, vec!["stages"], Request::UpdateJourney(wanted)));
            }
        }
    }
    for touchpoint in &said.touchpoints {
        steps.push(touchpoint_step(said, touchpoint, before)?);
    }
    for (name, touchpoint) in &before.touchpoints {
        let active = touchpoint.state() == v1::touchpoint::State::Active;
        if active && touchpoint.journey == said.journey.name && !said.lines.contains_key(name) {
            steps.push(Step { name: name.clone(), change: Change::NotInFile, fields: Vec::new(), request: None });
        }
    }
    steps.extend(last);
    Ok(steps)
}

fn touchpoint_step(said: &Said, touchpoint: &v1::Touchpoint, before: &Before) -> Result<Step, String> {
    let Some(known) = before.touchpoints.get(&touchpoint.name) else {
        return Ok(Step::create(&touchpoint.name, Request::CreateTouchpoint(touchpoint.clone())));
    };
    if known.state() == v1::touchpoint::State::Retired {
        return Err(retired(said, &touchpoint.name));
    }
    let wanted = v1::Touchpoint { etag: known.etag.clone(), ..touchpoint.clone() };
    Ok(Step::update(&touchpoint.name, touchpoint_fields(known, touchpoint), Request::UpdateTouchpoint(wanted)))
}

fn retired(said: &Said, name: &str) -> String {
    let line = said.lines.get(name).copied().unwrap_or_default();
    format!("line {line}: {name} was retired, and its id can't be used again; choose another")
}

impl Step {
    fn create(name: &str, request: Request) -> Self {
        Self { name: name.to_owned(), change: Change::Create, fields: Vec::new(), request: Some(request) }
    }

    fn update(name: &str, fields: Vec<&'static str>, request: Request) -> Self {
        let (change, request) = if fields.is_empty() { (Change::Same, None) } else { (Change::Update, Some(request)) };
        Self { name: name.to_owned(), change, fields, request }
    }
}

/// The fields of a journey that a file speaks of and that differ.
fn journey_fields(before: &v1::Journey, after: &v1::Journey) -> Vec<&'static str> {
    let differ = [
        ("display_name", before.display_name != after.display_name),
        ("description", before.description != after.description),
        ("stages", before.stages != after.stages),
    ];
    differ.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

fn touchpoint_fields(before: &v1::Touchpoint, after: &v1::Touchpoint) -> Vec<&'static str> {
    let differ = [
        ("display_name", before.display_name != after.display_name),
        ("journey", before.journey != after.journey),
        ("stage_id", before.stage_id != after.stage_id),
        ("channels", before.channels != after.channels),
        ("standards", before.standards != after.standards),
    ];
    differ.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect()
}

/// The stages that are there and not in the file.
fn stages_gone(before: &v1::Journey, after: &v1::Journey) -> Vec<v1::JourneyStage> {
    let kept = |stage: &&v1::JourneyStage| !after.stages.iter().any(|it| it.stage_id == stage.stage_id);
    before.stages.iter().filter(kept).cloned().collect()
}

/// A stage that goes leaves no touchpoint behind, not even a retired one: interactions tell of it.
fn check_left_behind(said: &Said, before: &Before, gone: &[v1::JourneyStage]) -> Result<(), String> {
    let stays = |it: &&v1::Touchpoint| {
        it.journey == said.journey.name
            && !said.lines.contains_key(&it.name)
            && gone.iter().any(|stage| stage.stage_id == it.stage_id)
    };
    match before.touchpoints.values().find(stays) {
        None => Ok(()),
        Some(left) => Err(format!(
            "{} is in the stage `{}`, which the file does not have; leave that in, or move the touchpoint",
            left.name, left.stage_id
        )),
    }
}

/// Whether the file moves a touchpoint out of one of these stages.
fn leaves_any(said: &Said, before: &Before, stages: &[v1::JourneyStage]) -> bool {
    let in_one = |it: &v1::Touchpoint| {
        it.journey == said.journey.name && stages.iter().any(|stage| stage.stage_id == it.stage_id)
    };
    said.touchpoints.iter().filter_map(|it| before.touchpoints.get(&it.name)).any(in_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touchpoint(id: &str, stage: &str) -> v1::Touchpoint {
        v1::Touchpoint {
            name: format!("touchpoints/{id}"),
            display_name: id.to_owned(),
            journey: "journeys/order".to_owned(),
            stage_id: stage.to_owned(),
            state: v1::touchpoint::State::Active.into(),
            etag: "v1".to_owned(),
            ..Default::default()
        }
    }

    fn journey(stages: &[&str]) -> v1::Journey {
        let stage = |id: &&str| v1::JourneyStage { stage_id: (*id).to_owned(), display_name: (*id).to_owned() };
        v1::Journey {
            name: "journeys/order".to_owned(),
            display_name: "An order".to_owned(),
            stages: stages.iter().map(stage).collect(),
            state: v1::journey::State::Active.into(),
            etag: "v7".to_owned(),
            ..Default::default()
        }
    }

    fn said(journey: v1::Journey, touchpoints: Vec<v1::Touchpoint>) -> Said {
        let names = std::iter::once(&journey.name).chain(touchpoints.iter().map(|it| &it.name));
        let lines = names.cloned().zip(1..).collect();
        Said { journey, touchpoints, lines }
    }

    fn before(journey: v1::Journey, touchpoints: Vec<v1::Touchpoint>) -> Before {
        Before {
            journeys: [(journey.name.clone(), journey)].into(),
            touchpoints: touchpoints.into_iter().map(|it| (it.name.clone(), it)).collect(),
        }
    }

    fn changes(steps: &[Step]) -> Vec<(&str, Change)> {
        steps.iter().map(|step| (step.name.as_str(), step.change)).collect()
    }

    #[test]
    fn what_is_as_the_file_says_is_left_alone() {
        let there = (journey(&["asking"]), vec![touchpoint("phone", "asking"), touchpoint("mail", "asking")]);
        let file = said(there.0.clone(), vec![touchpoint("phone", "asking")]);
        let steps = plan(&file, &before(there.0, there.1)).expect("a plan");
        let expected = [
            ("journeys/order", Change::Same),
            ("touchpoints/phone", Change::Same),
            ("touchpoints/mail", Change::NotInFile),
        ];
        assert_eq!(changes(&steps), expected);
        assert!(steps.iter().all(|step| step.request.is_none()));
    }

    #[test]
    fn a_touchpoint_leaves_a_stage_before_that_goes() {
        let there = before(journey(&["asking", "waiting"]), vec![touchpoint("phone", "waiting")]);
        let file = said(journey(&["asking", "using"]), vec![touchpoint("phone", "using")]);
        let steps = plan(&file, &there).expect("a plan");
        let expected = [
            ("journeys/order", Change::Update),
            ("touchpoints/phone", Change::Update),
            ("journeys/order", Change::Update),
        ];
        assert_eq!(changes(&steps), expected);
        let stages = |step: &Step| match &step.request {
            Some(Request::UpdateJourney(it)) => it.stages.iter().map(|stage| stage.stage_id.clone()).collect(),
            _ => Vec::new(),
        };
        assert_eq!(stages(&steps[0]), ["asking", "using", "waiting"]);
        assert_eq!(stages(&steps[2]), ["asking", "using"]);
        assert_eq!(steps[1].fields, ["stage_id"]);
    }

    #[test]
    fn a_stage_does_not_go_from_under_a_touchpoint() {
        let mut old = touchpoint("phone", "waiting");
        old.state = v1::touchpoint::State::Retired.into();
        let there = before(journey(&["asking", "waiting"]), vec![old]);
        let error = plan(&said(journey(&["asking"]), Vec::new()), &there).expect_err("it is still needed");
        assert!(error.starts_with("touchpoints/phone is in the stage `waiting`"), "{error}");
    }

    #[test]
    fn what_was_retired_is_not_revived() {
        let mut old = touchpoint("phone", "asking");
        old.state = v1::touchpoint::State::Retired.into();
        let file = said(journey(&["asking"]), vec![touchpoint("phone", "asking")]);
        let error = plan(&file, &before(journey(&["asking"]), vec![old])).expect_err("it was retired");
        assert!(error.starts_with("line 2: touchpoints/phone was retired"), "{error}");
    }
}
