//! One HTTP/1.1 exchange, by hand: what a browser, a probe or `curl` would see.

use std::{collections::BTreeMap, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// By lower-case name; of several with one name, the last.
    pub(crate) headers: BTreeMap<String, String>,
    cookies: Vec<String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The lines that set cookies.
    pub(crate) fn cookies(&self) -> &[String] {
        &self.cookies
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// `GET path`.
pub(crate) async fn get(server: SocketAddr, path: &str) -> Answer {
    exchange(server, "GET", path, &[], b"").await
}

/// Sends one request on a connection of its own and reads until the server closes it.
pub(crate) async fn exchange(
    server: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nhost: {server}\r\nconnection: close\r\ncontent-length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    let mut connection = TcpStream::connect(server).await.expect("the server listens");
    connection.write_all(head.as_bytes()).await.expect("the server reads");
    connection.write_all(body).await.expect("the server reads");
    let mut received = Vec::new();
    connection.read_to_end(&mut received).await.expect("the server answers and closes");
    parse(&received)
}

fn parse(received: &[u8]) -> Answer {
    let end = received.windows(4).position(|w| w == b"\r\n\r\n").expect("a head");
    let head = String::from_utf8(received[..end].to_vec()).expect("an ASCII head");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status line");
    let pairs = lines.filter_map(|line| line.split_once(": "));
    let pairs: Vec<_> = pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let cookies = pairs.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.clone()).collect();
    let headers: BTreeMap<String, String> = pairs.into_iter().collect();
    let body = &received[end + 4..];
    let is_chunked = headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    Answer {
        status: status.parse().expect("a number"),
        body: if is_chunked { unchunk(body) } else { body.to_vec() },
        cookies,
        headers,
    }
}

fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = rest.windows(2).position(|w| w == b"\r\n") {
        let size = std::str::from_utf8(&rest[..end]).expect("a chunk's size");
        let size = usize::from_str_radix(size, 16).expect("hexadecimal");
        let start = end + 2;
        body.extend_from_slice(&rest[start..start + size]);
        rest = &rest[start + size + 2..];
        if size == 0 {
            break;
        }
    }
    body
}
