//! Whose certificates we believe.

use std::sync::Arc;
use tokio_rustls::rustls::{
    ClientConfig, RootCertStore,
    crypto::ring::default_provider,
    pki_types::{CertificateDer, pem::PemObject},
};

/// Certificate authorities that aren't any, in a file that was configured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must hold one or more certificates of authorities in PEM format")]
pub struct BadCertificates;

/// The certificate authorities that vouch for the far side: Mozilla's, and the house's own.
///
/// There is no way to switch the check off: who has a certificate of their own making names it as an authority.
#[derive(Debug, Clone)]
pub struct Trust {
    config: Arc<ClientConfig>,
}

impl Trust {
    /// Mozilla's authorities, and those of a PEM file's content, if any.
    ///
    /// # Errors
    /// [`BadCertificates`] when the content holds none, or one that can't be read.
    pub fn new(own_authorities: Option<&[u8]>) -> Result<Self, BadCertificates> {
        let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(pem) = own_authorities {
            let own: Vec<_> =
                CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| BadCertificates)?;
            if own.is_empty() {
                return Err(BadCertificates);
            }
            for certificate in own {
                roots.add(certificate).map_err(|_| BadCertificates)?;
            }
        }
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .expect("the provider knows TLS 1.2 and 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config) })
    }

    pub(super) fn config(&self) -> Arc<ClientConfig> {
        Arc::clone(&self.config)
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self::new(None).expect("without own authorities there is nothing to read")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_certificates_is_refused() {
        for bad in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(Trust::new(Some(bad.as_bytes())).err(), Some(BadCertificates), "{bad}");
        }
    }
}
