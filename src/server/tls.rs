//! TLS on the one port, with a certificate that may be replaced while the server runs.

use std::{
    convert::Infallible,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{ClientHello, ResolvesServerCert},
    sign::CertifiedKey,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::sync::CancellationToken;

use super::ServerError;
use crate::config;

/// What the port speaks, best first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];
/// A client that has not shaken hands by then is sent away.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// Handshakes at once; more wait in the system's queue.
const HANDSHAKES_MAX: usize = 256;
/// Connections that have shaken hands and wait to be taken.
const READY_MAX: usize = 64;
/// How often the files are looked at for a new certificate.
const RELOAD_EVERY: Duration = Duration::from_secs(10);
/// How long to wait after the system could not give a connection, such as for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// The certificate in force and where it comes from.
pub(super) struct Tls {
    acceptor: TlsAcceptor,
    current: Arc<Current>,
    files: Files,
}

#[derive(Clone)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
}

/// The certificate that the next handshake is made with.
struct Current(RwLock<Arc<CertifiedKey>>);

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current(hidden)")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

impl Tls {
    /// TLS as it is configured; `None` when it is not.
    ///
    /// # Errors
    /// [`ServerError::Tls`] when the files can't be read, or the key is not that of the certificate.
    pub(super) fn of(configured: &config::Tls) -> Result<Option<Self>, ServerError> {
        if !configured.is_on() {
            return Ok(None);
        }
        let files = Files { certificate: configured.certificate.clone(), key: configured.key.clone() };
        let provider = Arc::new(ring::default_provider());
        let current = Arc::new(Current(RwLock::new(Arc::new(files.load(&provider)?))));
        let settings = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let settings = settings.map_err(|error| ServerError::Tls(error.to_string()))?;
        let mut settings = settings.with_no_client_auth().with_cert_resolver(Arc::clone(&current) as _);
        settings.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
        Ok(Some(Self { acceptor: TlsAcceptor::from(Arc::new(settings)), current, files }))
    }

    /// The connections that have shaken hands. Handshakes are made beside each other, so that one who dawdles holds up
    /// nobody; it all ends with `stop`.
    pub(super) fn incoming(
        &self,
        listener: TcpListener,
        stop: CancellationToken,
    ) -> ReceiverStream<io::Result<TlsStream<TcpStream>>> {
        let (ready, taken) = mpsc::channel(READY_MAX);
        tokio::spawn(accept(listener, self.acceptor.clone(), ready, stop));
        ReceiverStream::new(taken)
    }

    /// Looks at the files again and again, and takes over a new certificate. What can't be used is logged and left: the
    /// one in force goes on.
    pub(super) async fn follow_files(&self) -> Infallible {
        let provider = ring::default_provider();
        let mut seen = self.files.stamps().await;
        loop {
            tokio::time::sleep(RELOAD_EVERY).await;
            let now = self.files.stamps().await;
            if now == seen {
                continue;
            }
            seen = now;
            match self.files.load(&provider) {
                Ok(new) => {
                    *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(new);
                    tracing::info!("a new TLS certificate is in force");
                }
                Err(error) => tracing::error!(%error, "the new TLS certificate can't be used"),
            }
        }
    }
}

impl Files {
    fn load(&self, provider: &CryptoProvider) -> Result<CertifiedKey, ServerError> {
        let wrong = |file: &Path, error: &dyn fmt::Display| ServerError::Tls(format!("{}: {error}", file.display()));
        let chain = CertificateDer::pem_file_iter(&self.certificate)
            .and_then(|certificates| certificates.collect::<Result<Vec<_>, _>>())
            .map_err(|error| wrong(&self.certificate, &error))?;
        if chain.is_empty() {
            return Err(wrong(&self.certificate, &"holds no certificate in PEM"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key).map_err(|error| wrong(&self.key, &error))?;
        CertifiedKey::from_der(chain, key, provider).map_err(|error| wrong(&self.key, &error))
    }

    /// What tells one version of the files from another: what is in them. They are small.
    async fn stamps(&self) -> [Option<blake3::Hash>; 2] {
        let stamp = async |file: &Path| Some(blake3::hash(&tokio::fs::read(file).await.ok()?));
        [stamp(&self.certificate).await, stamp(&self.key).await]
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    ready: mpsc::Sender<io::Result<TlsStream<TcpStream>>>,
    stop: CancellationToken,
) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        let Ok(permit) = Arc::clone(&handshakes).acquire_owned().await else { return };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => return,
        };
        let Ok((connection, _)) = accepted else {
            tokio::time::sleep(ACCEPT_PAUSE).await;
            continue;
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            let _permit = permit;
            // Without no-delay the first message of every stream waits some 40 ms for an acknowledgement.
            let shaken = match connection.set_nodelay(true) {
                Ok(()) => tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(connection)).await,
                Err(_) => return,
            };
            if let Ok(Ok(stream)) = shaken {
                // Nobody takes it once the server has ended.
                drop(ready.send(Ok(stream)).await);
            }
        });
    }
}
