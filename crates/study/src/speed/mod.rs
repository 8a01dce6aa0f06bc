//! How long products and steps of training take on one device: networks with random weights, nothing is trained.

mod book;
mod clock;
mod images;
mod limit;
mod network;
mod products;
mod request;
#[allow(clippy::module_inception)]
mod speed;
mod training;

pub use request::SpeedRequest;
pub use speed::speed;
