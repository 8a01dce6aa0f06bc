//! How long a run takes and what memory it needs, before it starts.

mod cost;
mod extent;
mod page;
mod rates;
mod work;

pub use cost::{Cost, Machines, cost};
pub use extent::Extent;
pub use page::page;
pub use rates::{Card, Rates};
pub use work::{SpectrumWork, Work};
