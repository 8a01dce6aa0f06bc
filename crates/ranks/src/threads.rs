//! Ranks that are threads of one process.

use std::sync::{Arc, Barrier, Mutex, PoisonError};

use crate::ranks::Ranks;
use crate::transport::{Place, Transport};

/// What ranks have put down for each other: `table[from][to]`.
struct Table {
    parts: Mutex<Vec<Vec<Vec<u8>>>>,
    barrier: Barrier,
    size: usize,
}

struct Thread {
    table: Arc<Table>,
    rank: usize,
}

/// Runs `body` at so many ranks, each a thread of its own, and gives what they return, in their order.
///
/// # Panics
///
/// When `body` panics at every rank. Where it panics at some, the others may wait for them forever.
pub fn threads<T: Send>(size: usize, body: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
    let table = Arc::new(Table {
        parts: Mutex::new(vec![Vec::new(); size]),
        barrier: Barrier::new(size),
        size,
    });
    std::thread::scope(|scope| {
        let body = &body;
        let start = |rank| {
            let table = Arc::clone(&table);
            scope.spawn(move || body(Ranks::new(Thread { table, rank })))
        };
        let started: Vec<_> = (0..size).map(start).collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, T>| match thread.join() {
            Ok(value) => value,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        started.into_iter().map(join).collect()
    })
}

impl Thread {
    /// Puts parts down, and takes what `take` reads once all have.
    fn meet<T>(&self, parts: Vec<Vec<u8>>, take: impl FnOnce(&[Vec<Vec<u8>>]) -> T) -> T {
        let table = || {
            let locked = self.table.parts.lock();
            locked.unwrap_or_else(PoisonError::into_inner)
        };
        table()[self.rank] = parts;
        self.table.barrier.wait();
        let taken = take(&table());
        self.table.barrier.wait();
        taken
    }
}

impl Transport for Thread {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.table.size
    }

    fn place(&self) -> Place {
        Place {
            host: "this process".into(),
            local_rank: self.rank,
            local_size: self.table.size,
        }
    }

    fn broadcast(&self, bytes: Vec<u8>) -> Vec<u8> {
        self.meet(vec![bytes], |table| table[0][0].clone())
    }

    fn scatter(&self, parts: Vec<Vec<u8>>) -> Vec<u8> {
        self.meet(parts, |table| table[0][self.rank].clone())
    }

    fn gather(&self, bytes: &[u8]) -> Vec<Vec<u8>> {
        self.meet(vec![bytes.to_vec()], |table| {
            table.iter().map(|from| from[0].clone()).collect()
        })
    }

    fn exchange(&self, parts: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        self.meet(parts, |table| {
            table.iter().map(|from| from[self.rank].clone()).collect()
        })
    }
}
