//! Ranks that MPI has started.

use mpi::collective::{CommunicatorCollectives, Root};
use mpi::datatype::{Partition, PartitionMut};
use mpi::environment::Universe;
use mpi::topology::{Communicator, SimpleCommunicator};
use mpi::{Count, Threading};

use crate::ranks::Ranks;
use crate::transport::{Place, Transport};

/// Bytes that go over at once: counts of MPI have 31 bits.
const AT_ONCE: usize = 1 << 30;

/// Variables that launchers set for every process they start: Open MPI, MPICH and Intel MPI, Slurm.
const LAUNCHED: [&str; 3] = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"];

/// MPI, from its start to its end.
pub struct Mpi {
    // Ends MPI when it is dropped.
    _universe: Universe,
    ranks: Ranks,
}

impl Mpi {
    /// Starts MPI where a launcher has started this process, as `mpirun` and `srun --mpi` do; none elsewhere, or where MPI cannot
    /// be started.
    pub fn start() -> Option<Mpi> {
        let launched = LAUNCHED.iter().any(|name| std::env::var_os(name).is_some());
        if !launched {
            return None;
        }
        let (universe, _) = mpi::initialize_with_threading(Threading::Serialized)?;
        let world = universe.world();
        let local = world.split_shared(world.rank());
        let place = Place {
            host: mpi::environment::processor_name().unwrap_or_default(),
            local_rank: index(local.rank()),
            local_size: index(local.size()),
        };
        let ranks = Ranks::new(World {
            rank: index(world.rank()),
            size: index(world.size()),
            place,
        });
        Some(Mpi {
            _universe: universe,
            ranks,
        })
    }

    /// The ranks.
    pub fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Ends the processes of all ranks with this code.
    pub fn abort(&self, code: u8) -> ! {
        world().abort(code.into())
    }
}

/// All processes that were started together.
struct World {
    rank: usize,
    size: usize,
    place: Place,
}

fn world() -> SimpleCommunicator {
    SimpleCommunicator::world()
}

/// A number that MPI gives, which is none below zero.
fn index(number: i32) -> usize {
    usize::try_from(number).unwrap_or_default()
}

fn count(length: usize) -> Count {
    Count::try_from(length).expect("fewer bytes at once than MPI counts")
}

/// Numbers that are somewhere: those of an empty vector are at the address 1, which Open MPI takes for `MPI_IN_PLACE`.
fn placed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.reserve(1);
    bytes
}

/// The same of what is borrowed.
fn somewhere(bytes: &[u8]) -> &[u8] {
    const NOTHING: [u8; 1] = [0];
    if bytes.is_empty() {
        &NOTHING[..0]
    } else {
        bytes
    }
}

/// The counts of pieces that lie one behind another, and where each begins.
fn layout(lengths: &[usize]) -> (Vec<Count>, Vec<Count>) {
    let counts: Vec<Count> = lengths.iter().map(|&length| count(length)).collect();
    let starts = lengths.iter().scan(0, |end, &length| {
        let start = *end;
        *end += length;
        Some(count(start))
    });
    (counts, starts.collect())
}

/// A piece of each of several buffers.
fn pieces(parts: &[Vec<u8>], at: usize, most: usize) -> impl Iterator<Item = &[u8]> {
    parts.iter().map(move |part| {
        let end = part.len().min(at + most);
        &part[at.min(end)..end]
    })
}

impl World {
    /// The lengths that the ranks give.
    fn lengths(&self, mine: usize) -> Vec<usize> {
        let mut all = vec![0u64; self.size];
        world().all_gather_into(&[mine as u64], &mut all[..]);
        all.into_iter().map(|length| length as usize).collect()
    }

    /// Bytes of each rank's that may go over at once.
    fn most(&self) -> usize {
        AT_ONCE / self.size
    }
}

impl Transport for World {
    fn rank(&self) -> usize {
        self.rank
    }

    fn size(&self) -> usize {
        self.size
    }

    fn place(&self) -> Place {
        self.place.clone()
    }

    fn broadcast(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        let (world, root) = (world(), 0);
        let mut length = [bytes.len() as u64];
        world.process_at_rank(root).broadcast_into(&mut length[..]);
        bytes.resize(length[0] as usize, 0);
        for piece in bytes.chunks_mut(AT_ONCE) {
            world.process_at_rank(root).broadcast_into(piece);
        }
        bytes
    }

    fn scatter(&self, parts: Vec<Vec<u8>>) -> Vec<u8> {
        let world = world();
        let root = world.process_at_rank(0);
        let mut lengths = vec![0u64; self.size];
        for (length, part) in lengths.iter_mut().zip(&parts) {
            *length = part.len() as u64;
        }
        root.broadcast_into(&mut lengths[..]);
        let mut taken = placed(vec![0; lengths[self.rank] as usize]);
        let (most, longest) = (self.most(), lengths.iter().max().map_or(0, |&l| l as usize));
        for at in (0..longest).step_by(most) {
            let end = taken.len().min(at + most);
            let mine = &mut taken[at.min(end)..end];
            if self.rank == 0 {
                let piece: Vec<&[u8]> = pieces(&parts, at, most).collect();
                let (counts, starts) = layout(&piece.iter().map(|p| p.len()).collect::<Vec<_>>());
                let all = placed(piece.concat());
                root.scatter_varcount_into_root(&Partition::new(&all[..], counts, starts), mine);
            } else {
                root.scatter_varcount_into(mine);
            }
        }
        taken
    }

    fn gather(&self, bytes: &[u8]) -> Vec<Vec<u8>> {
        let lengths = self.lengths(bytes.len());
        let mut all: Vec<Vec<u8>> = lengths.iter().map(|&l| Vec::with_capacity(l)).collect();
        let (most, longest) = (self.most(), lengths.iter().copied().max().unwrap_or(0));
        for at in (0..longest).step_by(most) {
            let piece = |length: usize| length.min(at + most) - at.min(length.min(at + most));
            let piece_lengths: Vec<usize> = lengths.iter().map(|&length| piece(length)).collect();
            let (counts, starts) = layout(&piece_lengths);
            let mut together = placed(vec![0; piece_lengths.iter().sum()]);
            let end = bytes.len().min(at + most);
            let mut into = PartitionMut::new(&mut together[..], counts, starts);
            world().all_gather_varcount_into(somewhere(&bytes[at.min(end)..end]), &mut into);
            take_apart(&together, &piece_lengths, &mut all);
        }
        all
    }

    fn exchange(&self, parts: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
        let sent: Vec<u64> = parts.iter().map(|part| part.len() as u64).collect();
        let mut lengths = vec![0u64; self.size];
        world().all_to_all_into(&sent[..], &mut lengths[..]);
        let lengths: Vec<usize> = lengths.into_iter().map(|length| length as usize).collect();
        let longest = self.lengths(parts.iter().map(Vec::len).max().unwrap_or(0));
        let (most, longest) = (self.most(), longest.into_iter().max().unwrap_or(0));
        let mut all: Vec<Vec<u8>> = lengths.iter().map(|&l| Vec::with_capacity(l)).collect();
        for at in (0..longest).step_by(most) {
            let piece: Vec<&[u8]> = pieces(&parts, at, most).collect();
            let (counts, starts) = layout(&piece.iter().map(|p| p.len()).collect::<Vec<_>>());
            let given = placed(piece.concat());
            let given = Partition::new(&given[..], counts, starts);
            let taken = |length: usize| length.min(at + most) - at.min(length.min(at + most));
            let piece_lengths: Vec<usize> = lengths.iter().map(|&length| taken(length)).collect();
            let (counts, starts) = layout(&piece_lengths);
            let mut together = placed(vec![0; piece_lengths.iter().sum()]);
            let mut into = PartitionMut::new(&mut together[..], counts, starts);
            world().all_to_all_varcount_into(&given, &mut into);
            take_apart(&together, &piece_lengths, &mut all);
        }
        all
    }
}

/// Appends to each buffer its piece of what lies one behind another.
fn take_apart(together: &[u8], lengths: &[usize], all: &mut [Vec<u8>]) {
    let mut rest = together;
    for (buffer, &length) in all.iter_mut().zip(lengths) {
        let (piece, after) = rest.split_at(length);
        buffer.extend_from_slice(piece);
        rest = after;
    }
}
