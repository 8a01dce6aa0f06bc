//! A device that fails in the middle of an estimation: inner products have no way to say so but a panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};

use hesscope_study::ranks;

use crate::failure::Failure;
use crate::output::tell;

/// Does some work, with the failure of a device as an error rather than a panic.
pub fn caught(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    let before = take_hook();
    set_hook(Box::new(move |panic| {
        if sentence(panic.payload()).is_none() {
            before(panic);
        }
    }));
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let failure = match sentence(&*panic) {
            Some(sentence) => Failure::new(sentence),
            None => resume_unwind(panic),
        };
        if ranks::current().is_some() {
            // The other ranks wait for what this one cannot do: the panic ends them.
            tell(format_args!("hesscope: {failure}"));
            resume_unwind(panic);
        }
        Err(failure)
    })
}

/// What a panic says of a device.
fn sentence(panic: &(dyn Any + Send)) -> Option<&str> {
    let words = panic.downcast_ref::<String>()?;
    words.starts_with("the device ").then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_that_fails_is_an_error_and_a_fault_remains_one() {
        let words = String::from("the device has no memory left: end what else runs on it");
        let lost = caught(|| panic!("{words}")).expect_err("a device that fails");
        assert_eq!(lost.to_string(), words);
        assert_eq!(lost.code(), 2);
        let fault = catch_unwind(|| caught(|| panic!("index {} out of range", 7)));
        assert!(fault.is_err());
        assert!(caught(|| Ok(())).is_ok());
    }
}
