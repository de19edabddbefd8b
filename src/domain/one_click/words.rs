//! What stands around such a link, in the language of the reader.

/// The token of the link in a mail that was only a test: it withdraws nothing.
pub const TEST_TOKEN: &str = "test";

/// What stands around the link in one language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// Primary subtag of the language.
    pub language: &'static str,
    /// The link in the mail.
    pub link: &'static str,
    /// The title and the question of the page that it leads to.
    pub question: &'static str,
    /// The button on that page.
    pub button: &'static str,
    /// What it says afterwards.
    pub done: &'static str,
    /// What it says of a link that is none.
    pub unknown: &'static str,
}

/// All languages; the first is for those that are not here.
const ALL: [Words; 7] = [
    Words {
        language: "en",
        link: "No more e-mails like this",
        question: "Do you want no more e-mails like this?",
        button: "No more e-mails",
        done: "You get no more e-mails like this.",
        unknown: "This link leads nowhere. It may not be complete.",
    },
    Words {
        language: "de",
        link: "Keine solchen E-Mails mehr",
        question: "Möchten Sie keine solchen E-Mails mehr?",
        button: "Keine E-Mails mehr",
        done: "Sie erhalten keine solchen E-Mails mehr.",
        unknown: "Dieser Link führt nirgendwohin. Vielleicht ist er nicht vollständig.",
    },
    Words {
        language: "fr",
        link: "Ne plus recevoir ces e-mails",
        question: "Ne souhaitez-vous plus recevoir ces e-mails ?",
        button: "Plus d’e-mails",
        done: "Vous ne recevrez plus ces e-mails.",
        unknown: "Ce lien ne mène nulle part. Il est peut-être incomplet.",
    },
    Words {
        language: "it",
        link: "Non ricevere più queste e-mail",
        question: "Non desidera più ricevere queste e-mail?",
        button: "Niente più e-mail",
        done: "Non riceverà più queste e-mail.",
        unknown: "Questo link non porta da nessuna parte. Forse è incompleto.",
    },
    Words {
        language: "es",
        link: "No recibir más estos correos",
        question: "¿No desea recibir más estos correos?",
        button: "No más correos",
        done: "Ya no recibirá estos correos.",
        unknown: "Este enlace no lleva a ninguna parte. Quizá no esté completo.",
    },
    Words {
        language: "pt",
        link: "Não receber mais estes e-mails",
        question: "Não quer receber mais estes e-mails?",
        button: "Sem mais e-mails",
        done: "Não receberá mais estes e-mails.",
        unknown: "Esta ligação não leva a lado nenhum. Talvez esteja incompleta.",
    },
    Words {
        language: "nl",
        link: "Geen e-mails zoals deze meer",
        question: "Wilt u geen e-mails zoals deze meer?",
        button: "Geen e-mails meer",
        done: "U ontvangt geen e-mails zoals deze meer.",
        unknown: "Deze link leidt nergens heen. Misschien is hij niet volledig.",
    },
];

/// The words in the language of a BCP 47 tag, or of the first tag of a list such as a browser sends; English where we
/// have none in it.
#[must_use]
pub fn of(tags: &str) -> &'static Words {
    let end = tags.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(tags.len());
    ALL.iter().find(|words| words.language.eq_ignore_ascii_case(&tags[..end])).unwrap_or(&ALL[0])
}

#[cfg(test)]
mod tests {
    use super::{ALL, of};

    #[test]
    fn the_language_of_the_reader_is_found_and_else_it_is_english() {
        for (tags, language) in [
            ("de-CH", "de"),
            ("DE", "de"),
            ("fr-CH, en;q=0.9", "fr"),
            ("", "en"),
            ("rm", "en"),
            ("*", "en"),
            ("é", "en"),
        ] {
            assert_eq!(of(tags).language, language, "{tags}");
        }
    }

    #[test]
    fn everything_is_said_in_every_language() {
        for words in ALL {
            let said = [words.link, words.question, words.button, words.done, words.unknown];
            assert!(said.iter().all(|text| !text.is_empty() && !text.contains(['<', '&', '"'])), "{}", words.language);
        }
    }
}
