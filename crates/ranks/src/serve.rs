//! Ranks that do what rank 0 tells them.

use std::collections::HashMap;

use crate::leader::{CLOSE, OPEN, TELL};
use crate::ranks::Ranks;

/// What a member holds for an object of the leader's.
pub trait Member {
    /// Takes part in what the leader has told. What fails is [agreed on](Ranks::agree) with the leader, who goes on or ends.
    fn answer(&mut self, message: &[u8]);
}

/// Does what rank 0 tells until it [ends](Ranks::end). `open` makes the member for a request, or none where opening failed, on
/// which it has agreed with the leader.
pub fn serve(ranks: &Ranks, mut open: impl FnMut(&[u8]) -> Option<Box<dyn Member>>) {
    let mut members: HashMap<u64, Box<dyn Member>> = HashMap::new();
    loop {
        let bytes = ranks.broadcast(Vec::new());
        let Some((&kind, rest)) = bytes.split_first() else {
            return;
        };
        let Some((object, message)) = rest.split_first_chunk() else {
            return;
        };
        let object = u64::from_le_bytes(*object);
        match kind {
            OPEN => {
                if let Some(member) = open(message) {
                    members.insert(object, member);
                }
            }
            TELL => {
                if let Some(member) = members.get_mut(&object) {
                    member.answer(message);
                }
            }
            CLOSE => drop(members.remove(&object)),
            _ => return,
        }
    }
}
