//! An HTTP server on this machine that misbehaves as told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Reply {
    /// Sends what is asked for.
    Honest,
    /// Sends what is asked for, in chunks.
    Chunked,
    /// Sends what is asked for without saying how much it is, and closes.
    UntilClosed,
    /// Sends all, whatever is asked for.
    IgnoresRange,
    /// Sends what is asked for a little at a time.
    Slow,
    /// Sends so many bytes and then nothing, for as long as the client stays.
    Stalls(usize),
    /// Sends nothing at all.
    Silent,
    /// Announces all, sends so many bytes, and closes.
    Breaks(usize),
    /// The same, whatever is asked for.
    BreaksFromStart(usize),
    /// Announces nothing, sends so many bytes, and closes.
    EndsEarly(usize),
    /// Sends all with this byte changed.
    Corrupts(usize),
    /// Announces and sends so many bytes more.
    LongByLength(usize),
    /// Sends so many bytes more, in chunks.
    LongByChunks(usize),
    /// Sends a part other than the one asked for, and says so.
    WrongRange,
    /// Says that all is compressed.
    Encoded,
    /// Answers with this status and a page.
    Status(u16),
    /// Answers 200 and a page of unknown length.
    Page,
    /// Redirects there.
    Redirect(String),
    /// Closes without a word.
    Drops,
    /// Speaks something else.
    Garbage,
}

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub path: String,
    /// The first byte of the range, if one was asked for.
    pub from: Option<u64>,
}

/// A server that ends when it is dropped.
pub struct Server {
    at: SocketAddr,
    requests: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves `body` under every path; the first request gets the first reply, and so on, and those
    /// beyond the last reply get that one again.
    pub fn start(body: &[u8], replies: &[Reply]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (seen, stopped) = (requests.clone(), stop.clone());
        let (body, replies) = (Arc::new(body.to_vec()), replies.to_vec());
        let listening = thread::spawn(move || {
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, stopped) = (seen.clone(), stopped.clone());
                let (body, replies) = (body.clone(), replies.clone());
                // An error here is a client that left, which many of them are made to do.
                thread::spawn(move || {
                    stream.and_then(|it| serve(it, &body, &replies, &seen, &stopped))
                });
            }
        });
        Self {
            at,
            requests,
            stop,
            listening: Some(listening),
        }
    }

    /// The address of the file of that name.
    pub fn address(&self, name: &str) -> String {
        format!("http://{}/{name}", self.at)
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    /// The first bytes of the ranges asked for so far.
    pub fn ranges(&self) -> Vec<Option<u64>> {
        self.requests().iter().map(|request| request.from).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.at);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn serve(
    mut stream: TcpStream,
    body: &[u8],
    replies: &[Reply],
    seen: &Mutex<Vec<Request>>,
    stopped: &AtomicBool,
) -> std::io::Result<()> {
    let request = match read_request(&stream) {
        Ok(Some(request)) => request,
        Ok(None) => return Ok(()),
        // As servers do that are spoken to in TLS on a port without it.
        Err(_) => return stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    };
    let reply = {
        let mut seen = seen.lock().unwrap();
        seen.push(request.clone());
        replies[(seen.len() - 1).min(replies.len() - 1)].clone()
    };
    let from = request.from.map_or(0, |from| from as usize);
    let size = body.len();
    match reply {
        Reply::Honest => {
            stream.write_all(head(request.from, size, Some(size - from)).as_bytes())?;
            stream.write_all(&body[from..])?;
        }
        Reply::Chunked => chunks(&mut stream, request.from, size, &body[from..])?,
        Reply::UntilClosed => {
            stream.write_all(head(request.from, size, None).as_bytes())?;
            stream.write_all(&body[from..])?;
        }
        Reply::IgnoresRange => {
            stream.write_all(head(None, size, Some(size)).as_bytes())?;
            stream.write_all(body)?;
        }
        Reply::Slow => {
            stream.write_all(head(request.from, size, Some(size - from)).as_bytes())?;
            for piece in body[from..].chunks(4096) {
                stream.write_all(piece)?;
                thread::sleep(Duration::from_millis(10));
            }
        }
        Reply::Stalls(count) => {
            stream.write_all(head(request.from, size, Some(size - from)).as_bytes())?;
            stream.write_all(&body[from..from + count])?;
            hold(stopped);
        }
        Reply::Silent => hold(stopped),
        Reply::Breaks(count) => {
            stream.write_all(head(request.from, size, Some(size - from)).as_bytes())?;
            stream.write_all(&body[from..size.min(from + count)])?;
        }
        Reply::BreaksFromStart(count) => {
            stream.write_all(head(None, size, Some(size)).as_bytes())?;
            stream.write_all(&body[..count])?;
        }
        Reply::EndsEarly(count) => {
            stream.write_all(head(request.from, size, None).as_bytes())?;
            stream.write_all(&body[from..from + count])?;
        }
        Reply::Corrupts(at) => {
            let mut bad = body.to_vec();
            bad[at] ^= 1;
            stream.write_all(head(request.from, size, Some(size - from)).as_bytes())?;
            stream.write_all(&bad[from..])?;
        }
        Reply::LongByLength(extra) => {
            stream.write_all(head(None, size, Some(size + extra)).as_bytes())?;
            stream.write_all(body)?;
            stream.write_all(&vec![7; extra])?;
        }
        Reply::LongByChunks(extra) => {
            let long = [body, &vec![7; extra]].concat();
            chunks(&mut stream, None, size, &long)?;
        }
        Reply::WrongRange => {
            let from = if from == 0 { 1 } else { from - 1 };
            stream.write_all(head(Some(from as u64), size, Some(size - from)).as_bytes())?;
            stream.write_all(&body[from..])?;
        }
        Reply::Encoded => {
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n";
            stream.write_all(head.as_bytes())?;
            stream.write_all(body)?;
        }
        Reply::Status(status) => {
            let page = "<html>not what you asked for</html>";
            let length = page.len();
            let head = format!(
                "HTTP/1.1 {status} Said\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            );
            stream.write_all(head.as_bytes())?;
            stream.write_all(page.as_bytes())?;
        }
        Reply::Page => {
            let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n\r\n";
            stream.write_all(head.as_bytes())?;
            stream.write_all(b"<html>log in first</html>")?;
        }
        Reply::Redirect(to) => {
            let head = format!(
                "HTTP/1.1 302 Found\r\nConnection: close\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"
            );
            stream.write_all(head.as_bytes())?;
        }
        Reply::Drops => {}
        Reply::Garbage => stream.write_all(b"220 mail.example ESMTP\r\n\r\n")?,
    }
    stream.flush()
}

/// The head of an answer with all, or with the range from a byte on.
fn head(from: Option<u64>, size: usize, length: Option<usize>) -> String {
    let mut head = match from {
        None => "HTTP/1.1 200 OK\r\n".to_owned(),
        Some(from) => format!(
            "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {from}-{}/{size}\r\n",
            size - 1
        ),
    };
    if let Some(length) = length {
        head += &format!("Content-Length: {length}\r\n");
    }
    head + "Connection: close\r\n\r\n"
}

fn chunks(to: &mut TcpStream, from: Option<u64>, size: usize, bytes: &[u8]) -> std::io::Result<()> {
    let head = head(from, size, None);
    let head = head.trim_end_matches("\r\n").to_owned() + "\r\nTransfer-Encoding: chunked\r\n\r\n";
    to.write_all(head.as_bytes())?;
    for piece in bytes.chunks(10_000) {
        to.write_all(format!("{:x}\r\n", piece.len()).as_bytes())?;
        to.write_all(piece)?;
        to.write_all(b"\r\n")?;
    }
    to.write_all(b"0\r\n\r\n")
}

/// Waits for the end of the test, but not for ever.
fn hold(stopped: &AtomicBool) {
    let begin = Instant::now();
    while !stopped.load(Ordering::SeqCst) && begin.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(5));
    }
}

fn read_request(stream: &TcpStream) -> std::io::Result<Option<Request>> {
    let mut lines = BufReader::new(stream).lines();
    let Some(first) = lines.next().transpose()? else {
        return Ok(None);
    };
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut from = None;
    for line in lines {
        let line = line?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(range) = line.strip_prefix("range:") {
            let first = range
                .trim()
                .trim_start_matches("bytes=")
                .trim_end_matches('-');
            from = Some(first.parse().unwrap());
        }
    }
    Ok(Some(Request { path, from }))
}
