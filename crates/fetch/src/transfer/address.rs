//! One address, tried until it gives the file or no more is to be hoped for.

use super::attempt::{Ask, Stop};
use super::observer::{Observer, Retry};
use super::part::Part;
use crate::error::FetchError;
use crate::reason::Reason;
use std::thread;
use std::time::{Duration, Instant};

/// A try that comes further than all before it by as much as this does not count as a failed one, so
/// that a file of any size comes over a line that often breaks.
const PROGRESS: u64 = 1 << 20;

/// The longest time between two looks at whether to stop.
const TICK: Duration = Duration::from_millis(50);

/// Completes the part from the address, or says why that is not to be had.
pub(super) fn complete(
    ask: &Ask<'_>,
    part: &mut Part,
    observer: &mut dyn Observer,
) -> Result<Option<Reason>, FetchError> {
    let (file, settings) = (ask.file, ask.settings);
    let mut failed = 0;
    let mut whole = false;
    let mut furthest = part.length();
    loop {
        let (reason, retry) = match ask.receive(whole, part, observer) {
            Ok(_) if part.checksum() == file.pin.sha256 => return Ok(None),
            Ok(start) => {
                let found = part.checksum();
                part.restart()?;
                // Bytes from before this answer may be the wrong ones: then it has another try.
                (Reason::OtherBytes { found }, start > 0)
            }
            Err(Stop::Fatal(error)) => return Err(error),
            Err(Stop::Failed(reason)) => {
                // What asks for a part may not get it, but may get the whole.
                let range = matches!(
                    reason,
                    Reason::OtherRange { .. } | Reason::Status { status: 416 }
                );
                let retry = if range { !whole } else { !reason.is_final() };
                whole |= range;
                (reason, retry)
            }
        };
        if matches!(reason, Reason::TooLong { .. }) {
            part.restart()?;
        }
        if part.length() >= furthest.saturating_add(PROGRESS) {
            furthest = part.length();
            failed = 0;
        } else {
            failed += 1;
        }
        let again = retry && failed < settings.attempts.max(1);
        let wait = again.then(|| settings.wait(failed));
        let retry = Retry {
            address: ask.address,
            reason: &reason,
            wait,
        };
        observer.retrying(&file.name, &retry);
        match wait {
            Some(wait) => pause(wait, &file.name, observer)?,
            None => return Ok(Some(reason)),
        }
    }
}

fn pause(wait: Duration, file: &str, observer: &mut dyn Observer) -> Result<(), FetchError> {
    let end = Instant::now() + wait;
    loop {
        if observer.interrupted() {
            return Err(FetchError::Interrupted {
                file: file.to_owned(),
            });
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        thread::sleep(left.min(TICK));
    }
}
