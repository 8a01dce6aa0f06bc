//! Rank 0, and what the others hold for it.

use std::sync::atomic::Ordering;

use crate::ranks::Ranks;

/// What a message of the leader is for.
pub(crate) const OPEN: u8 = 0;
pub(crate) const TELL: u8 = 1;
pub(crate) const CLOSE: u8 = 2;
pub(crate) const END: u8 = 3;

/// What the members hold for one object of the leader's, until it is dropped.
#[derive(Debug)]
pub struct Remote {
    ranks: Ranks,
    object: u64,
}

impl Ranks {
    /// Asks the members to open something; they are given the request and then take part in what the caller does to open its own.
    ///
    /// # Panics
    ///
    /// At a rank other than 0.
    pub fn open(&self, request: &[u8]) -> Remote {
        assert!(self.is_leader(), "only rank 0 leads");
        let object = self.next.fetch_add(1, Ordering::Relaxed);
        self.lead(OPEN, object, request);
        Remote {
            ranks: self.clone(),
            object,
        }
    }

    /// Ends [`serve`](crate::serve) at the members.
    pub fn end(&self) {
        self.lead(END, 0, &[]);
    }

    fn lead(&self, kind: u8, object: u64, message: &[u8]) {
        let mut bytes = vec![kind];
        bytes.extend(object.to_le_bytes());
        bytes.extend(message);
        self.broadcast(bytes);
    }
}

impl Remote {
    /// The ranks.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Tells the members what to take part in next.
    pub fn tell(&self, message: &[u8]) {
        self.ranks.lead(TELL, self.object, message);
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        // A leader that panics leaves its members to the launcher: they may be in the middle of something.
        if !std::thread::panicking() {
            self.ranks.lead(CLOSE, self.object, &[]);
        }
    }
}
