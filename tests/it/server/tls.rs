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

/// New files are taken over while the service runs; files that fit nothing are not.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_certificate_is_taken_over_without_a_restart() {
    let folder = tempfile::tempdir().expect("there is room");
    certificate(folder.path());
    let path = |name: &str| folder.path().join(name).display().to_string();
    let config = format!("[server.tls]\ncertificate = {:?}\nkey = {:?}\n", path("certificate.pem"), path("key.pem"));
    fs::write(path("gratitude.toml"), config).expect("written");
    let url = format!("sqlite:{}", path("tls.db"));
    let serving = Serving::start(&url, &["--config", &path("gratitude.toml")]);
    let server = format!("https://{}", serving.address);
    let is_trusted_by = |ca: &str| {
        let mut command = gratitude(&["rules", "list", "--server", &server, "--ca", ca]);
        command.output().expect("the binary runs").status.success()
    };
    fs::copy(path("certificate.pem"), path("old.pem")).expect("copied");
    assert!(is_trusted_by(&path("old.pem")));

    // Half of a change: a key without its certificate.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("made");
    fs::write(path("key.pem"), other.signing_key.serialize_pem()).expect("written");
    assert!(is_trusted_by(&path("old.pem")), "what fits nothing is not taken over");
    certificate(folder.path());
    // The files are looked at every ten seconds.
    let taken_over = || is_trusted_by(&path("certificate.pem"));
    let mut looks = 0;
    while !taken_over() {
        looks += 1;
        assert!(looks < 600, "the new certificate is taken over");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(!is_trusted_by(&path("old.pem")), "the old one is gone");
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
