//! A key made on the machine itself, without a service that would have to let somebody in first.

use std::sync::Arc;

use jiff::Timestamp;

use crate::{
    app::{App, AppError},
    cli::{CliError, service, settings::settings},
    clock::Clock,
    config::Config,
    domain::{
        access::{KeySettings, Places, Role},
        limits::SHORT_TEXT_MAX_BYTES,
    },
    proto::v1,
};

/// Makes a key in the configured database, and returns its token. A service that runs on it accepts the key within a
/// second.
pub(super) async fn create(config: Config, key: &v1::ApiKey) -> Result<String, CliError> {
    let settings = Arc::new(settings(&config));
    let clock = Clock::system();
    let store = service::open_store(&config, &clock, Arc::clone(&settings), false).await?;
    let app = App::new(store.clone(), clock, settings);
    let made = match described(key) {
        Ok(described) => app.create_api_key(App::local(), described).await.map_err(refused),
        Err(error) => Err(error),
    };
    app.close().await;
    store.close().await?;
    Ok(made?.what.token.map(|token| token.reveal()).unwrap_or_default())
}

/// What is said of a key; the service would look at it in the same way.
fn described(key: &v1::ApiKey) -> Result<KeySettings, CliError> {
    let name = &key.display_name;
    if name.trim().is_empty() || name.len() > SHORT_TEXT_MAX_BYTES || name.contains(char::is_control) {
        let wanted = format!("the key needs a name of 1 to {SHORT_TEXT_MAX_BYTES} bytes, on one line");
        return Err(CliError::Usage(wanted));
    }
    let role = match key.role() {
        v1::Role::Desk => Role::Desk,
        v1::Role::Service => Role::Service,
        v1::Role::Batch => Role::Batch,
        v1::Role::Manager => Role::Manager,
        v1::Role::Operator | v1::Role::Unspecified => Role::Operator,
    };
    let locations = key.locations.iter().map(|name| {
        let id = name.trim_start_matches("locations/").parse();
        id.map_err(|problem| CliError::Usage(format!("--location {name}: {problem}")))
    });
    let expires_at = key.expire_time.and_then(|at| Timestamp::from_second(at.seconds).ok());
    Ok(KeySettings {
        display_name: key.display_name.clone(),
        role,
        locations: Places::only(locations.collect::<Result<_, _>>()?),
        expires_at,
    })
}

fn refused(error: AppError) -> CliError {
    match error {
        AppError::Refused(refusal) => CliError::Refused(refusal.to_string()),
        error => error.into(),
    }
}
