//! TLS on the port, from the command line to the service.

use std::{fs, path::Path};

use crate::support::{
    binary::{Serving, gratitude, run, stderr, stdout},
    database,
};

/// A certificate for this machine, signed by itself.
fn certificate(folder: &Path) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("made");
    fs::write(folder.join("certificate.pem"), made.cert.pem()).expect("written");
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).expect("written");
}

/// The service speaks TLS, and a client that knows its authority talks to it; without TLS nobody does.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_line_talks_to_a_service_over_tls() {
    let folder = tempfile::tempdir().expect("there is room");
    certificate(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let config = format!("[server.tls]\ncertificate = {:?}\nkey = {:?}\n", path("certificate.pem"), path("key.pem"));
    fs::write(path("gratitude.toml"), config).expect("written");
    let url = format!("sqlite:{}", path("tls.db"));
    database::migrate(&url).await;
    let key = run(&["keys", "create", "Operations", "--role", "operator", "--offline", "--database-url", &url]);
    assert!(key.status.success(), "{}", stderr(&key));
    let serving = Serving::start(&url, &["--config", &path("gratitude.toml")]);
    let server = format!("https://{}", serving.address);
    let list = |arguments: &[&str]| {
        let mut command = gratitude(&["keys", "list", "--server"]);
        command.args(arguments).env("GRATITUDE_KEY", stdout(&key).trim());
        command.output().expect("the binary runs")
    };
    let listed = list(&[&server, "--ca", &path("certificate.pem")]);
    assert!(listed.status.success(), "{}", stderr(&listed));
    assert!(stdout(&listed).contains("Operations"), "{}", stdout(&listed));
    assert_eq!(list(&[&server]).status.code(), Some(3), "its authority is not known everywhere");
    assert_eq!(list(&[&serving.url()]).status.code(), Some(3), "not without TLS");
}

#[test]
fn a_key_that_is_not_that_of_the_certificate_ends_the_start() {
    let (folder, other) = (tempfile::tempdir().expect("there is room"), tempfile::tempdir().expect("there is room"));
    certificate(folder.path());
    certificate(other.path());
    let arguments = ["serve", "--migrate", "--listen", "127.0.0.1:0", "--database-url"];
    let mut command = gratitude(&arguments);
    command.arg(format!("sqlite:{}", folder.path().join("tls.db").display()));
    command.env("GRATITUDE_SERVER__TLS__CERTIFICATE", folder.path().join("certificate.pem"));
    command.env("GRATITUDE_SERVER__TLS__KEY", other.path().join("key.pem"));
    let ended = command.output().expect("the binary runs");
    assert!(!ended.status.success());
    assert!(stderr(&ended).contains("server.tls"), "{}", stderr(&ended));
}
