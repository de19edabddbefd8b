//! Where a verb finds the service, and by which key it is let in.

use std::{fs, path::PathBuf};

use clap::Args;
use tonic::{
    metadata::{Ascii, MetadataValue},
    transport::{Certificate, ClientTlsConfig, Endpoint},
};

use super::CliError;

/// Where a verb that talks to the service finds it.
#[derive(Debug, Clone, Args)]
pub(super) struct Connection {
    /// Address of the service; https:// where it speaks TLS.
    #[arg(long, global = true, env = "GRATITUDE_SERVER", default_value = "http://127.0.0.1:50051", value_name = "URL")]
    pub(super) server: String,
    /// Certificate, in PEM, of the authority that signed the service's. Default: those that are known everywhere.
    #[arg(long, global = true, env = "GRATITUDE_CA", value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
}

/// By which key a verb is let in.
#[derive(Clone, Default, Args)]
pub(super) struct KeyArgs {
    /// File with the API key. Or the key itself in GRATITUDE_KEY; never as an argument, which others could see.
    #[arg(long, env = "GRATITUDE_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
    #[arg(id = "api-key", long, env = "GRATITUDE_KEY", hide = true, hide_env_values = true)]
    key: Option<String>,
}

impl std::fmt::Debug for KeyArgs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyArgs").field("key_file", &self.key_file).finish_non_exhaustive()
    }
}

/// An address as people write it: `127.0.0.1:50051` means the same as `http://127.0.0.1:50051`.
pub(super) fn with_scheme(server: &str) -> String {
    if server.contains("://") { server.to_owned() } else { format!("http://{server}") }
}

impl Connection {
    /// To the service at this address.
    pub(super) fn to(server: &str) -> Self {
        Self { server: server.to_owned(), ca: None }
    }

    /// The service's address, ready to be connected to.
    pub(super) fn endpoint(&self) -> Result<Endpoint, CliError> {
        let server = with_scheme(&self.server);
        let wrong = |error: tonic::transport::Error| CliError::Usage(format!("--server {server}: {error}"));
        let endpoint = Endpoint::from_shared(server.clone()).map_err(wrong)?;
        if !server.starts_with("https://") {
            return Ok(endpoint);
        }
        let tls = match &self.ca {
            Some(file) => {
                let pem = fs::read(file).map_err(|error| CliError::Usage(format!("{}: {error}", file.display())))?;
                ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
            }
            None => ClientTlsConfig::new().with_webpki_roots(),
        };
        endpoint.tls_config(tls).map_err(wrong)
    }
}

impl KeyArgs {
    /// What is sent as `authorization`; `None` without a key.
    pub(super) fn credentials(&self) -> Result<Option<MetadataValue<Ascii>>, CliError> {
        let key = match (&self.key_file, &self.key) {
            // What is said on the command line counts before the environment.
            (Some(file), _) => fs::read_to_string(file)
                .map_err(|error| CliError::Usage(format!("--key-file {}: {error}", file.display())))?,
            (None, Some(key)) => key.clone(),
            (None, None) => return Ok(None),
        };
        let mut credentials: MetadataValue<Ascii> = format!("Bearer {}", key.trim())
            .parse()
            .map_err(|_| CliError::Usage("the API key must be one line of visible ASCII characters".to_owned()))?;
        credentials.set_sensitive(true);
        Ok(Some(credentials))
    }
}
