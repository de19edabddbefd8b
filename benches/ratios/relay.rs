//! The far side of mails: a relay that speaks SMTP (RFC 5321, with pipelining), takes every mail to its final dot,
//! answers for it, and does nothing with it. And the barest client that such a relay allows.

use super::outcome::{Failure, Outcome};
use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

/// Longer lines are none (RFC 5321, 4.5.3.1.6), and end the conversation.
const LINE_MAX_BYTES: u64 = 1_000;

/// A mail as it came over the wire.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mail {
    /// The commands `MAIL` and `RCPT`, with their line ends.
    envelope: Vec<u8>,
    /// Its lines, dots doubled, and the final dot.
    content: Vec<u8>,
}

impl Mail {
    /// How long its content is.
    pub(crate) fn bytes(&self) -> usize {
        self.content.len()
    }
}

/// A relay on this machine; it ends when dropped.
pub(crate) struct Relay {
    port: u16,
    taken: Arc<Taken>,
    listening: JoinHandle<()>,
}

#[derive(Default)]
struct Taken {
    count: AtomicUsize,
    /// The mails themselves, where somebody wants them.
    kept: Option<Mutex<Vec<Mail>>>,
}

impl Taken {
    fn take(&self, mail: Mail) {
        self.count.fetch_add(1, Ordering::Relaxed);
        if let Some(kept) = &self.kept {
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(mail);
        }
    }
}

impl Relay {
    /// One that counts mails.
    pub(crate) async fn counting() -> Outcome<Self> {
        Self::start(Taken::default()).await
    }

    /// One that keeps them too.
    pub(crate) async fn keeping() -> Outcome<Self> {
        Self::start(Taken { kept: Some(Mutex::default()), ..Taken::default() }).await
    }

    async fn start(taken: Taken) -> Outcome<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let (port, taken) = (listener.local_addr()?.port(), Arc::new(taken));
        let listening = tokio::spawn(listen(listener, Arc::clone(&taken)));
        Ok(Self { port, taken, listening })
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// How many mails it took.
    pub(crate) fn count(&self) -> usize {
        self.taken.count.load(Ordering::Relaxed)
    }

    /// The mails that it kept so far.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        let kept = self.taken.kept.as_ref();
        kept.map(|kept| kept.lock().unwrap_or_else(PoisonError::into_inner).clone()).unwrap_or_default()
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, taken: Arc<Taken>) {
    // Conversations end with their listener.
    let mut conversations = JoinSet::new();
    while let Ok((connection, _)) = listener.accept().await {
        let taken = Arc::clone(&taken);
        conversations.spawn(async move {
            if let Err(error) = converse(connection, &taken).await {
                eprintln!("the relay hung up: {error}");
            }
        });
        while conversations.try_join_next().is_some() {}
    }
}

async fn converse(connection: TcpStream, taken: &Taken) -> Outcome<()> {
    connection.set_nodelay(true)?;
    let mut wire = BufReader::new(connection);
    wire.write_all(b"220 relay.example ready\r\n").await?;
    let mut mail = Mail::default();
    let mut line = Vec::new();
    while read_line(&mut wire, &mut line).await? {
        let verb = String::from_utf8_lossy(&line[..line.len().min(4)]).to_ascii_uppercase();
        let answer: &[u8] = match verb.as_str() {
            "EHLO" => b"250-relay.example\r\n250 PIPELINING\r\n",
            "MAIL" | "RCPT" => {
                mail.envelope.extend_from_slice(&line);
                b"250 2.1.0 OK\r\n"
            }
            "DATA" => {
                wire.write_all(b"354 go on\r\n").await?;
                read_content(&mut wire, &mut mail.content).await?;
                taken.take(std::mem::take(&mut mail));
                b"250 2.0.0 OK: taken\r\n"
            }
            "RSET" => {
                mail = Mail::default();
                b"250 2.0.0 OK\r\n"
            }
            "QUIT" => return Ok(wire.write_all(b"221 2.0.0 goodbye\r\n").await?),
            _ => b"502 5.5.1 not here\r\n",
        };
        wire.write_all(answer).await?;
    }
    Ok(())
}

/// Reads a mail to its final dot.
async fn read_content(wire: &mut BufReader<TcpStream>, content: &mut Vec<u8>) -> Outcome<()> {
    let mut line = Vec::new();
    while read_line(wire, &mut line).await? {
        content.extend_from_slice(&line);
        if line == b".\r\n" {
            return Ok(());
        }
    }
    Err("a mail ended without its final dot".into())
}

/// Reads a line with its end; `false` when the other side is gone.
async fn read_line(wire: &mut BufReader<TcpStream>, line: &mut Vec<u8>) -> Outcome<bool> {
    line.clear();
    wire.take(LINE_MAX_BYTES).read_until(b'\n', line).await?;
    match line.as_slice() {
        [] => Ok(false),
        [.., b'\r', b'\n'] => Ok(true),
        _ => Err("a line had no end".into()),
    }
}

/// Hands mails over with nothing but sockets, each connection for so many mails at most; returns when each was answered
/// for.
pub(crate) async fn hand_over(port: u16, mails: Vec<Mail>, connections: usize, mails_each: usize) -> Outcome<()> {
    let mails = Arc::new(mails);
    let next = Arc::new(AtomicUsize::new(0));
    let mut senders = JoinSet::new();
    for _ in 0..connections {
        let (mails, next) = (Arc::clone(&mails), Arc::clone(&next));
        senders.spawn(async move {
            while next.load(Ordering::Relaxed) < mails.len() {
                let mut session = Bare::open(port).await?;
                for _ in 0..mails_each {
                    let Some(mail) = mails.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    session.offer(mail).await?;
                }
                session.close().await?;
            }
            Ok::<_, Failure>(())
        });
    }
    while let Some(ended) = senders.join_next().await {
        ended??;
    }
    Ok(())
}

/// A conversation with the relay, from the other end.
struct Bare(BufReader<TcpStream>);

impl Bare {
    async fn open(port: u16) -> Outcome<Self> {
        let connection = TcpStream::connect(("127.0.0.1", port)).await?;
        connection.set_nodelay(true)?;
        let mut session = Self(BufReader::new(connection));
        session.expect("220 ").await?;
        session.0.write_all(b"EHLO bench.example\r\n").await?;
        session.expect("250-").await?;
        session.expect("250 ").await?;
        Ok(session)
    }

    async fn offer(&mut self, mail: &Mail) -> Outcome<()> {
        self.0.write_all(&[&mail.envelope, b"DATA\r\n".as_slice()].concat()).await?;
        for answer in ["250 ", "250 ", "354 "] {
            self.expect(answer).await?;
        }
        self.0.write_all(&mail.content).await?;
        self.expect("250 ").await
    }

    async fn close(mut self) -> Outcome<()> {
        self.0.write_all(b"QUIT\r\n").await?;
        self.expect("221 ").await
    }

    async fn expect(&mut self, answer: &str) -> Outcome<()> {
        let mut line = Vec::new();
        if read_line(&mut self.0, &mut line).await? && line.starts_with(answer.as_bytes()) {
            return Ok(());
        }
        Err(format!("the relay said {:?} instead of {answer}", String::from_utf8_lossy(&line)).into())
    }
}
