//! Keys and staff from the command line: from the first key on, as an operator would.

use std::{
    io::Write,
    process::{Output, Stdio},
};

use crate::support::{
    binary::{Serving, gratitude, run, stderr, stdout},
    database,
};

fn ask(serving: &Serving, key: &str, arguments: &[&str], input: &str) -> Output {
    let mut command = gratitude(arguments);
    command.env("GRATITUDE_SERVER", serving.url()).env("GRATITUDE_KEY", key).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs");
    child.stdin.take().expect("piped").write_all(input.as_bytes()).expect("it reads");
    child.wait_with_output().expect("it ends")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_makes_keys_and_staff() {
    let folder = tempfile::tempdir().expect("there is room");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    database::migrate(&url).await;
    let public = run(&["serve", "--listen", "0.0.0.0:0", "--database-url", &url]);
    assert_eq!(public.status.code(), Some(2));
    assert!(stderr(&public).contains("gratitude keys create"), "{}", stderr(&public));

    let offline = |role| run(&["keys", "create", "First", "--role", role, "--offline", "--database-url", &url]);
    assert_eq!(offline("desk").status.code(), Some(4), "the first must be able to make others");
    for wrong in ["", " ", "First\nSecond", &"n".repeat(257)] {
        let named = run(&["keys", "create", wrong, "--role", "operator", "--offline", "--database-url", &url]);
        assert_eq!(named.status.code(), Some(2), "{wrong:?}: {}", stdout(&named));
        assert!(stderr(&named).contains("a name of 1 to 256 bytes, on one line"), "{wrong:?}: {}", stderr(&named));
    }
    let first = offline("operator");
    assert!(first.status.success(), "{}", stderr(&first));
    let (operator, serving) = (stdout(&first).trim().to_owned(), Serving::start(&url, &[]));
    assert!(operator.starts_with("grat_"));

    let till = ask(&serving, &operator, &["keys", "create", "Till", "--role", "service"], "");
    assert!(till.status.success(), "{}", stderr(&till));
    let refused = ask(&serving, stdout(&till).trim(), &["keys", "list"], "");
    assert_eq!(refused.status.code(), Some(4), "a till sees no keys");
    let nobody = gratitude(&["keys", "list", "--server", &serving.url()]).output().expect("the binary runs");
    assert_eq!(nobody.status.code(), Some(4));
    let list = || stdout(&ask(&serving, &operator, &["keys", "list"], ""));
    assert!(list().contains("Till") && list().contains("service"), "{}", list());

    let added = ask(&serving, &operator, &["staff", "add", "ana", "--name", "Ana", "--until", "2099-12-31"], "");
    assert!(stdout(&added).contains("no pin"), "{} {}", stdout(&added), stderr(&added));
    let weak = ask(&serving, &operator, &["staff", "set-pin", "ana"], "1234\n");
    assert!(stderr(&weak).contains("in their order"), "{}", stderr(&weak));
    let set = ask(&serving, &operator, &["staff", "set-pin", "ana"], "4711\n");
    assert!(stdout(&set).contains("active"), "{} {}", stdout(&set), stderr(&set));
    let ended = ask(&serving, &operator, &["staff", "end", "ana"], "");
    assert!(stdout(&ended).contains("ended"), "{} {}", stdout(&ended), stderr(&ended));
}
