//! Where a webhook may go, and the connection that goes nowhere else.

use http::Uri;
use hyper_util::rt::TokioIo;
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tower::Service;

/// Which addresses webhooks may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Addresses that anybody on the internet can reach.
    Public,
    /// Any: also this machine, the house's own networks, and what a cloud tells its machines about themselves.
    Anywhere,
}

impl Reach {
    fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Anywhere => true,
        }
    }
}

/// Why no connection came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreached {
    #[error("no address there may be reached")]
    Forbidden,
    #[error("the name is not known")]
    Unknown,
    #[error("it took too long")]
    TimedOut,
    #[error("the network failed ({0})")]
    Network(io::ErrorKind),
}

/// Connects to what may be reached. The name is looked up once, and the connection goes to an address that was looked
/// at: a name that leads elsewhere a moment later (DNS rebinding) changes nothing.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connector {
    pub(super) reach: Reach,
    pub(super) limit: Duration,
}

impl Connector {
    async fn connect(self, url: Uri) -> Result<TcpStream, Unreached> {
        let host = url.host().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_u16().unwrap_or(if url.scheme_str() == Some("http") { 80 } else { 443 });
        let found = lookup_host((host, port)).await.map_err(|_| Unreached::Unknown)?;
        let mut failed = Unreached::Unknown;
        for address in allowed(found, self.reach)? {
            match TcpStream::connect(address).await {
                Ok(connection) => {
                    connection.set_nodelay(true).map_err(|error| Unreached::Network(error.kind()))?;
                    return Ok(connection);
                }
                Err(error) => failed = Unreached::Network(error.kind()),
            }
        }
        Err(failed)
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<TcpStream>;
    type Error = Unreached;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Unreached>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Unreached>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, url: Uri) -> Self::Future {
        let connector = *self;
        Box::pin(async move {
            let connected = timeout(connector.limit, connector.connect(url)).await;
            connected.unwrap_or(Err(Unreached::TimedOut)).map(TokioIo::new)
        })
    }
}

fn allowed(found: impl Iterator<Item = SocketAddr>, reach: Reach) -> Result<Vec<SocketAddr>, Unreached> {
    let found: Vec<_> = found.collect();
    if found.is_empty() {
        return Err(Unreached::Unknown);
    }
    let allowed: Vec<_> = found.into_iter().filter(|address| reach.allows(address.ip())).collect();
    if allowed.is_empty() { Err(Unreached::Forbidden) } else { Ok(allowed) }
}

/// Whether an address is reached by anybody on the internet, by the registries of special-purpose addresses (RFC 6890
/// and IANA's lists that continue it).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        // This network, this machine, the house's networks, multicast and what is kept for later.
        (0 | 10 | 127 | 224..=255, _, _)
            | (172, 16..=31, _)
            | (192, 168, _)
            // Shared behind carriers, link-local (where clouds tell secrets), protocol assignments.
            | (100, 64..=127, _)
            | (169, 254, _)
            | (192, 0, 0)
            // Documentation, relays of old, benchmarks.
            | (192, 0, 2)
            | (198, 51, 100)
            | (203, 0, 113)
            | (192, 88, 99)
            | (198, 18..=19, _)
    )
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    match segments {
        // An IPv4 address in other clothes (mapped; translated by NAT64; 6to4): what it is inside.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            let [a, b] = high.to_be_bytes();
            let [c, d] = low.to_be_bytes();
            is_public_v4(Ipv4Addr::new(a, b, c, d))
        }
        // Teredo and other protocol assignments, benchmarks, documentation.
        [0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
        // All that is given out to anybody stands here; this machine, the house's networks and the rest don't.
        [first, ..] => (0x2000..=0x3fff).contains(&first),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn private_addresses_are_known_in_all_their_clothes() {
        for private in [
            "0.0.0.0",
            "10.1.2.3",
            "127.0.0.1",
            "127.255.255.254",
            "100.64.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::7f00:1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "2002:7f00:1::",
            "2002:a00:1::1",
            "2001::1",
            "2001:10::1",
            "2001:db8::1",
            "3fff::1",
            "fc00::1",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "100::1",
            "5f00::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in [
            "1.1.1.1",
            "9.9.9.9",
            "11.0.0.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "192.169.0.1",
            "198.17.0.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "2001:200::1",
            "::ffff:1.1.1.1",
            "64:ff9b::101:101",
            "2002:101:101::1",
        ] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn of_a_name_with_several_addresses_the_private_ones_are_left_out() {
        let found = |addresses: &[&str]| {
            let found: Vec<SocketAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
            allowed(found.into_iter(), Reach::Public)
        };
        assert_eq!(found(&["10.0.0.1:443", "1.1.1.1:443"]), Ok(vec!["1.1.1.1:443".parse().unwrap()]));
        assert_eq!(found(&["10.0.0.1:443", "[::1]:443"]), Err(Unreached::Forbidden));
        assert_eq!(found(&[]), Err(Unreached::Unknown));
    }
}
