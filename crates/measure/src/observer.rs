//! What is told of a measurement under way.

/// Who is told how far a measurement is. Every method does nothing where it is not given.
pub trait Observer {
    /// A step begins that takes about so many products with one vector.
    fn begin(&self, what: &str, products: usize) {
        let _ = (what, products);
    }

    /// So many more products with one vector will be formed in this step than were said.
    fn expect(&self, products: usize) {
        let _ = products;
    }

    /// So many more products with one vector were formed.
    fn advance(&self, products: usize) {
        let _ = products;
    }

    /// Something worth knowing, as a sentence.
    fn note(&self, sentence: &str) {
        let _ = sentence;
    }
}

/// Tells nobody.
impl Observer for () {}
