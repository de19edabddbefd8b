//! A word of advice to who writes about people.

use super::convert::enums::WireEnum;
use crate::{domain::sensitive::topics, proto::v1 as pb};

/// What the texts of a request may be about that law guards most, each named with its field.
pub(super) fn hints<'a>(texts: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<pb::RemarkHint> {
    let of = |(field, text): (&str, &str)| {
        let hint = |(topic, word)| (field.to_owned(), topic, word);
        topics(text).into_iter().map(hint).collect::<Vec<_>>()
    };
    let found = texts.into_iter().flat_map(of);
    found.map(|(field, topic, word)| pb::RemarkHint { field, topic: topic.to_wire(), word }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_names_the_field_and_the_topic() {
        let found = hints([("remarks", "She is pregnant."), ("stranger", "blue coat")]);
        let topic = pb::remark_hint::Topic::Health.into();
        assert_eq!(found, [pb::RemarkHint { field: "remarks".to_owned(), topic, word: "pregnant".to_owned() }]);
    }
}
