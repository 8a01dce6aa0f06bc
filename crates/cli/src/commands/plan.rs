//! `hesscope plan`: time and memory of a run before it starts.

use std::num::NonZeroUsize;
use std::str::FromStr;

use hesscope_study::device::Room;
use hesscope_study::plan::{Card, Extent, Machines, Rates, cost, page};

use crate::failure::Failure;
use crate::options::SettingsOptions;
use crate::options::value::{above_zero, image_shape};
use crate::output::Terminal;

/// What the numbers are, as `--help` says.
const NUMBERS: &str = "\
Counted are products, steps of training, evaluations, the orthogonalisation of Lanczos vectors and what goes between ranks. Loading
data, compiling kernels, fitting laws and drawing are not. The range is that of the number of products: Lanczos steps are added
until outliers can be counted, and the subspace iteration ends when its pairs have converged.";

/// Which run, on which machines.
#[derive(Debug, clap::Args)]
#[command(after_long_help = NUMBERS)]
pub struct PlanOptions {
    #[command(flatten)]
    settings: SettingsOptions,
    /// Machines
    #[arg(long, value_name = "N", default_value = "1")]
    nodes: NonZeroUsize,
    /// Ranks of a machine, each with a device of its own
    #[arg(long, value_name = "N", default_value = "1")]
    ranks_per_node: NonZeroUsize,
    /// Where the rates come from: `measured` on the device of the settings now, or those known of a card, h200
    #[arg(long, value_name = "NAME", default_value = "measured")]
    gpu: Source,
    /// Gigabits a second between two ranks
    #[arg(long, value_name = "GBIT", default_value_t = 10.0, value_parser = above_zero)]
    network_gbit: f64,
    /// Plan for so many training examples, without loading data [default: those of the data]
    #[arg(long, value_name = "N", requires_all = ["assume_classes", "assume_input"])]
    assume_train: Option<NonZeroUsize>,
    /// The same for test examples
    #[arg(long, value_name = "N", default_value_t = 0, requires = "assume_train")]
    assume_test: usize,
    /// The same for classes [default: those of the data]
    #[arg(long, value_name = "C", requires = "assume_train")]
    assume_classes: Option<NonZeroUsize>,
    /// The same for channels, height and width of images [default: those of the data]
    #[arg(long, value_name = "CxHxW", requires = "assume_train", value_parser = image_shape)]
    assume_input: Option<[usize; 3]>,
}

/// Where rates come from.
#[derive(Debug, Clone, Copy)]
enum Source {
    Measured,
    Card(Card),
}

impl FromStr for Source {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "measured" => Ok(Source::Measured),
            name => name.parse().map(Source::Card),
        }
    }
}

/// Prints the plan.
pub fn run(options: &PlanOptions) -> Result<(), Failure> {
    let settings = options.settings.resolve()?;
    let terminal = Terminal::new();
    let extent = match (
        options.assume_train,
        options.assume_classes,
        options.assume_input,
    ) {
        (Some(train), Some(classes), Some(input)) => Extent {
            examples: [train.get(), options.assume_test],
            classes: classes.get(),
            input,
            of_data: false,
        },
        _ => Extent::of_data(&settings, &terminal)?,
    };
    let allowed = settings.analysis.memory_mib;
    let (rates, memory) = match options.gpu {
        Source::Measured => {
            let rates = Rates::measured(&settings, extent, &terminal)?;
            (rates, Room::of(settings.device, allowed).bytes)
        }
        Source::Card(card) => (Rates::of_card(card, &settings, extent)?, card.room(allowed)),
    };
    let machines = Machines {
        ranks: options.nodes.saturating_mul(options.ranks_per_node).get(),
        network: options.network_gbit * 1e9 / 8.0,
        memory,
    };
    let planned = cost(&settings, extent, &rates, machines)?;
    terminal.print(page(&settings, extent, machines, &planned));
    Ok(())
}
