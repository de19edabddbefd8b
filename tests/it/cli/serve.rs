//! `serve` and `migrate`.

use tempfile::TempDir;

use crate::support::{
    binary::{Serving, run, stderr, stdout},
    http,
};

fn database() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("there is room for temporary files");
    let url = format!("sqlite:{}", folder.path().join("gratitude.db").display());
    (folder, url)
}

#[tokio::test]
async fn it_serves_until_it_is_told_to_stop() {
    let (_folder, url) = database();
    let serving = Serving::start(&url, &[]);
    assert_eq!(http::get(serving.address, "/readyz").await.status, 200);
    assert_eq!(http::get(serving.address, "/clock").await.status, 404);
    assert_eq!(serving.terminate(), Some(0));
}

#[test]
fn a_missing_schema_is_refused_with_the_next_step() {
    let (_folder, url) = database();
    let refused = run(&["serve", "--listen", "127.0.0.1:0", "--database-url", &url]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("gratitude migrate"), "{}", stderr(&refused));

    let migrated = run(&["migrate", "--database-url", &url]);
    assert!(stdout(&migrated).contains("the schema is up to date"), "{}", stderr(&migrated));
    let again = run(&["migrate", "--database-url", &url]);
    assert_eq!(stdout(&again), "The schema is up to date.\n");
}

#[test]
fn an_address_that_others_can_reach_is_refused() {
    let (_folder, url) = database();
    let refused = run(&["serve", "--migrate", "--listen", "0.0.0.0:0", "--database-url", &url]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("no API key was made yet"), "{}", stderr(&refused));
}

#[test]
fn the_printed_configuration_hides_the_password() {
    let printed = run(&["serve", "--print-config", "--database-url", "postgres://desk:s3cr3t@db/shop"]);
    assert!(printed.status.success());
    assert!(stdout(&printed).contains("url = \"postgres://desk:***@db/shop\""), "{}", stdout(&printed));
    assert!(!stdout(&printed).contains("s3cr3t"));
}

#[test]
fn a_wrong_file_is_refused_by_name_and_key() {
    let (folder, _) = database();
    let file = folder.path().join("gratitude.toml");
    std::fs::write(&file, "[visits]\njoin_hour = 6\n").expect("the folder takes files");
    let refused = run(&["serve", "--config", file.to_str().expect("a plain path")]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("did you mean visits.join_hours?"), "{}", stderr(&refused));
}
