//! Processes that `mpirun` started together.

use std::process::ExitCode;

use crate::failure::Failure;
use crate::output::tell;
use crate::threads;

/// Runs the command: at rank 0 where several processes were started together, whose others take part in it.
#[cfg(feature = "mpi")]
pub fn run(command: impl FnOnce() -> ExitCode) -> ExitCode {
    use hesscope_ranks::mpi::Mpi;
    use hesscope_study::ranks::{lead, take_part};

    /// Ends all processes when one panics: the others would wait for it forever.
    struct AllOrNone<'a>(&'a Mpi);

    impl Drop for AllOrNone<'_> {
        fn drop(&mut self) {
            if std::thread::panicking() {
                self.0.abort(101);
            }
        }
    }

    let Some(mpi) = Mpi::start() else {
        return start_threads(1).map_or_else(|code| code, |()| command());
    };
    let _all_or_none = AllOrNone(&mpi);
    let ranks = mpi.ranks();
    if start_threads(ranks.place().local_size).is_err() {
        mpi.abort(2);
    }
    if !ranks.is_leader() {
        take_part(ranks, &());
        return ExitCode::SUCCESS;
    }
    lead(ranks.clone());
    let code = command();
    ranks.end();
    code
}

/// Runs the command, alone.
#[cfg(not(feature = "mpi"))]
pub fn run(command: impl FnOnce() -> ExitCode) -> ExitCode {
    let several = |name| {
        let size = std::env::var(name).ok();
        size.and_then(|size| size.parse::<usize>().ok())
            .is_some_and(|size| size > 1)
    };
    if ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"]
        .into_iter()
        .any(several)
    {
        tell(format_args!(
            "hesscope: this build does not share its work among processes: build with `--features mpi`, or start one process"
        ));
        return ExitCode::from(2);
    }
    start_threads(1).map_or_else(|code| code, |()| command())
}

/// Starts this process's share of a machine's threads.
fn start_threads(processes: usize) -> Result<(), ExitCode> {
    threads::start(processes).map_err(|failure: Failure| {
        tell(format_args!("hesscope: {failure}"));
        ExitCode::from(failure.code())
    })
}
