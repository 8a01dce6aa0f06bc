//! One request, its redirects and its answer.

use super::observer::Observer;
use super::part::Part;
use super::settings::Settings;
use crate::address;
use crate::catalogue::RemoteFile;
use crate::error::FetchError;
use crate::reason::Reason;
use std::io::{ErrorKind, Read};
use std::time::Duration;
use ureq::http::{Response, header};
use ureq::{Agent, Body, Error, Timeout};

/// Redirects that are followed.
const REDIRECTS: u32 = 5;

/// What is asked for.
pub(super) struct Ask<'a> {
    pub agent: &'a Agent,
    pub settings: &'a Settings,
    pub file: &'a RemoteFile,
    pub address: &'a str,
}

/// Why it was not received.
pub(super) enum Stop {
    /// Another try may help.
    Failed(Reason),
    /// Nothing here helps.
    Fatal(FetchError),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Stop::Failed(reason)
    }
}

impl From<FetchError> for Stop {
    fn from(error: FetchError) -> Self {
        Stop::Fatal(error)
    }
}

impl Ask<'_> {
    /// Receives what the part lacks, or the whole file even if a part is there, and returns the number of its bytes that are not from this
    /// answer. On success the part has as many bytes as the file.
    pub fn receive(
        &self,
        whole: bool,
        part: &mut Part,
        observer: &mut dyn Observer,
    ) -> Result<u64, Stop> {
        let size = self.file.pin.size;
        let start = if whole { 0 } else { part.length() };
        let response = self.request(start, observer)?;
        let start = self.check(&response, start)?;
        if start == 0 {
            part.restart()?;
            observer.advanced(&self.file.name, 0);
        }
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 16];
        while part.length() < size {
            self.look(observer)?;
            let room = (size - part.length()).min(buffer.len() as u64) as usize;
            match body.read(&mut buffer[..room]) {
                Ok(0) => return Err(self.truncated(part).into()),
                Ok(read) => part.append(&buffer[..read])?,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    return Err(self.truncated(part).into());
                }
                Err(error) => return Err(self.reason(error.into()).into()),
            }
            observer.advanced(&self.file.name, part.length());
        }
        // A failure here does no harm: all bytes are there, and their checksum is still to be taken.
        if let Ok(1..) = body.read(&mut buffer[..1]) {
            return Err(Reason::TooLong { expected: size }.into());
        }
        Ok(start)
    }

    /// Asks for the bytes from `start` on, and follows redirects.
    fn request(&self, start: u64, observer: &mut dyn Observer) -> Result<Response<Body>, Stop> {
        let mut to = self.address.to_owned();
        for _ in 0..=REDIRECTS {
            self.look(observer)?;
            let mut request = self.agent.get(&to);
            if start > 0 {
                request = request.header(header::RANGE, format!("bytes={start}-"));
            }
            let response = request.call().map_err(|error| self.reason(error))?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            let location = text(&response, header::LOCATION).unwrap_or_default();
            to = address::redirect(&to, &location)?;
        }
        Err(Reason::TooManyRedirects { limit: REDIRECTS }.into())
    }

    /// Checks everything that can be known before the first byte, and returns which byte that is.
    fn check(&self, response: &Response<Body>, asked: u64) -> Result<u64, Reason> {
        let size = self.file.pin.size;
        let status = response.status().as_u16();
        let start = match status {
            200 => 0,
            206 => {
                let found = text(response, header::CONTENT_RANGE).unwrap_or_default();
                if !is_rest(&found, asked, size) {
                    return Err(Reason::OtherRange {
                        found: found.chars().take(100).collect(),
                        expected: asked,
                    });
                }
                asked
            }
            _ => return Err(Reason::Status { status }),
        };
        // Found out here, it costs no byte of a part that is there.
        if text(response, header::CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/html")) {
            return Err(Reason::WebPage);
        }
        if let Some(encoding) = text(response, header::CONTENT_ENCODING)
            && !encoding.eq_ignore_ascii_case("identity")
            // Some servers call a file that is itself compressed an encoded one; its size tells.
            && announced(response) != Some(size - start)
        {
            return Err(Reason::Encoded { encoding });
        }
        match announced(response) {
            Some(length) if length != size - start => Err(Reason::OtherSize {
                found: start.saturating_add(length),
                expected: size,
            }),
            _ => Ok(start),
        }
    }

    fn truncated(&self, part: &Part) -> Reason {
        Reason::Truncated {
            found: part.length(),
            expected: self.file.pin.size,
        }
    }

    fn look(&self, observer: &mut dyn Observer) -> Result<(), FetchError> {
        if observer.interrupted() {
            return Err(FetchError::Interrupted {
                file: self.file.name.clone(),
            });
        }
        Ok(())
    }

    fn reason(&self, error: Error) -> Reason {
        match error {
            Error::Timeout(Timeout::Resolve | Timeout::Connect) => Reason::ConnectTimeout {
                seconds: seconds(self.settings.connect_timeout),
            },
            Error::Timeout(_) => Reason::Stalled {
                seconds: seconds(self.settings.stall_timeout),
            },
            Error::HostNotFound => Reason::HostNotFound,
            Error::Tls(said) => Reason::Untrusted { said: said.into() },
            Error::Rustls(said) => Reason::Untrusted {
                said: said.to_string(),
            },
            // The TLS library speaks through the transport, too.
            Error::Io(said) if said.kind() == ErrorKind::InvalidData => Reason::Untrusted {
                said: said.to_string(),
            },
            Error::Io(said) if broke(said.kind()) => Reason::Connection {
                said: said.to_string(),
            },
            Error::Io(said) => Reason::Unreachable {
                said: said.to_string(),
            },
            Error::Protocol(said) => Reason::Protocol {
                said: said.to_string(),
            },
            Error::LargeResponseHeader(..) | Error::Http(_) | Error::BodyStalled => {
                Reason::Protocol {
                    said: error.to_string(),
                }
            }
            other => Reason::Unreachable {
                said: other.to_string(),
            },
        }
    }
}

/// Whether only a connection that was there fails in this way.
fn broke(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe
            | ErrorKind::NotConnected
    )
}

/// A header that is there and readable.
fn text(response: &Response<Body>, name: header::HeaderName) -> Option<String> {
    let value = response.headers().get(name)?.to_str().ok()?;
    Some(value.trim().to_owned())
}

fn announced(response: &Response<Body>) -> Option<u64> {
    // With chunks the header is void, and the length is what arrives.
    if response.headers().contains_key(header::TRANSFER_ENCODING) {
        return None;
    }
    text(response, header::CONTENT_LENGTH)?.parse().ok()
}

/// Whether a Content-Range is that of the bytes from `start` to the end of a file of `size` bytes.
fn is_rest(range: &str, start: u64, size: u64) -> bool {
    let parse = || -> Option<(u64, u64, Option<u64>)> {
        let (unit, rest) = range.split_once(' ')?;
        let (bytes, total) = rest.trim().split_once('/')?;
        let (first, last) = bytes.split_once('-')?;
        let total = match total {
            "*" => None,
            number => Some(number.parse().ok()?),
        };
        let numbers = (first.parse().ok()?, last.parse().ok()?, total);
        unit.eq_ignore_ascii_case("bytes").then_some(numbers)
    };
    parse().is_some_and(|(first, last, total)| {
        first == start
            && last.checked_add(1) == Some(size)
            && total.is_none_or(|total| total == size)
    })
}

fn seconds(time: Duration) -> String {
    time.as_secs_f64().to_string()
}

#[cfg(test)]
mod tests {
    use super::is_rest;

    #[test]
    fn only_the_range_asked_for_passes() {
        for good in ["bytes 5-9/10", "bytes 5-9/*", "Bytes 5-9/10"] {
            assert!(is_rest(good, 5, 10), "{good}");
        }
        for bad in [
            "",
            "bytes",
            "bytes */10",
            "bytes 0-9/10",
            "bytes 4-9/10",
            "bytes 5-8/10",
            "bytes 5-9/11",
            "bytes 5-10/10",
            "words 5-9/10",
            "bytes 5-/10",
            "bytes 5-9",
            "bytes -5-9/10",
            "bytes 5-18446744073709551615/10",
            "bytes 99999999999999999999-9/10",
        ] {
            assert!(!is_rest(bad, 5, 10), "{bad}");
        }
    }
}
