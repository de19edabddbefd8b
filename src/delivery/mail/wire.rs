//! The wire to a relay: commands out, replies in. What comes in is bounded, and read whatever it is encoded in.

use super::outcome::Trouble;
use std::{future::poll_fn, pin::Pin, task::Poll};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// RFC 5321, 4.5.3.1.5: a line of a reply has 512 bytes at most; some relays say more.
const LINE_MAX_BYTES: u64 = 4 * 1024;
/// How many lines a reply may have.
const LINES_MAX: usize = 100;

/// A connection, encrypted or not.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// A reply of the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// 200 to 599.
    pub(super) code: u16,
    /// Its words, line by line.
    pub(super) lines: Vec<String>,
}

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        self.code < 300
    }
}

/// The wire.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Stream>>,
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Stream>) -> Self {
        Self { stream: BufReader::with_capacity(1024, stream) }
    }

    /// Writes, and has it on its way.
    pub(super) async fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        self.stream.write_all(bytes).await?;
        Ok(self.stream.flush().await?)
    }

    /// The next reply, whole.
    pub(super) async fn reply(&mut self) -> Result<Reply, Trouble> {
        let (mut code, mut lines) = (None, Vec::new());
        for _ in 0..LINES_MAX {
            let mut line = Vec::new();
            (&mut self.stream).take(LINE_MAX_BYTES).read_until(b'\n', &mut line).await?;
            if line.is_empty() {
                return Err(Trouble::Cut);
            }
            let (said, is_last, words) = parse(&line).ok_or(Trouble::Garbled)?;
            if *code.get_or_insert(said) != said {
                return Err(Trouble::Garbled);
            }
            lines.push(words);
            if is_last {
                return Ok(Reply { code: said, lines });
            }
        }
        Err(Trouble::Garbled)
    }

    /// Whether there is something to be read, or the end, although nothing was asked. Doesn't wait.
    pub(super) async fn has_spoken(&mut self) -> bool {
        // Looked at once, without a timer: the shortest one takes a millisecond.
        poll_fn(|context| Poll::Ready(Pin::new(&mut self.stream).poll_fill_buf(context).is_ready())).await
    }

    /// The connection below. `None` if something was read that nobody asked for: it would be lost, or, if the
    /// connection is to be encrypted now, it was slipped in by somebody who can read it.
    pub(super) fn into_stream(self) -> Option<Box<dyn Stream>> {
        self.stream.buffer().is_empty().then(|| self.stream.into_inner())
    }
}

/// Code, whether it is the last line, words. A line without words, or without the space before them, is one too.
fn parse(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let (digits, rest) = line.split_first_chunk::<3>()?;
    let code = digits.iter().try_fold(0, |code, b| b.is_ascii_digit().then(|| code * 10 + u16::from(b - b'0')))?;
    let (is_last, words) = match rest.split_first() {
        None => (true, rest),
        Some((b' ', words)) => (true, words),
        Some((b'-', words)) => (false, words),
        Some(_) => return None,
    };
    (200..600).contains(&code).then(|| (code, is_last, String::from_utf8_lossy(words).into_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// What is made of what a relay says before it goes.
    async fn read(said: &[u8]) -> Result<Reply, Trouble> {
        Wire::new(Box::new(tokio::io::join(std::io::Cursor::new(said.to_vec()), tokio::io::sink()))).reply().await
    }

    fn reply(code: u16, lines: &[&str]) -> Reply {
        Reply { code, lines: lines.iter().map(|line| (*line).to_owned()).collect() }
    }

    #[tokio::test]
    async fn replies_are_read_as_relays_write_them() {
        assert_eq!(read(b"250 OK\r\n").await, Ok(reply(250, &["OK"])));
        assert_eq!(read(b"250-a\r\n250-b c\r\n250 d\r\n999").await, Ok(reply(250, &["a", "b c", "d"])));
        assert_eq!(read(b"250\r\n").await, Ok(reply(250, &[""])), "no words");
        assert_eq!(read(b"250 OK\n").await, Ok(reply(250, &["OK"])), "bare line feed");
        assert_eq!(
            read(b"550 unbekannt f\xfcr uns\r\n").await,
            Ok(reply(550, &["unbekannt f\u{fffd}r uns"])),
            "Latin 1"
        );
    }

    #[tokio::test]
    async fn what_is_no_reply_is_told_apart_from_silence() {
        for garbled in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"25 OK\r\n",
            b"250_OK\r\n",
            b"650 no\r\n",
            b"\r\n",
            b"250-a\r\n251 b\r\n",
        ] {
            assert_eq!(read(garbled).await, Err(Trouble::Garbled), "{}", String::from_utf8_lossy(garbled));
        }
        for cut in [&b""[..], b"250-more\r\n"] {
            assert_eq!(read(cut).await, Err(Trouble::Cut));
        }
        assert_eq!(read(b"250 half a li").await, Err(Trouble::Garbled), "an answer that was cut is none");
    }

    #[tokio::test]
    async fn a_relay_that_never_ends_is_left() {
        assert_eq!(read(&b"250-again\r\n".repeat(10_000)).await, Err(Trouble::Garbled));
        assert_eq!(read(&b"2".repeat(1_000_000)).await, Err(Trouble::Garbled));
    }
}
