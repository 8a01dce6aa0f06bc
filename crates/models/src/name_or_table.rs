//! Settings given by a name alone or by a table with options.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// A setting that is read from a name, which gives it its default options, or from a table.
pub(crate) trait NameOrTable<'de>: Sized {
    /// What is read, for messages.
    const EXPECTED: &'static str;

    /// The setting of this name.
    fn of_name(name: &str) -> Result<Self, impl fmt::Display>;

    /// The setting that a table describes.
    fn of_table<D: Deserializer<'de>>(table: D) -> Result<Self, D::Error>;
}

/// Reads either form from any self-describing format.
pub(crate) fn name_or_table<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: NameOrTable<'de>,
    D: Deserializer<'de>,
{
    deserializer.deserialize_any(Either(PhantomData))
}

struct Either<T>(PhantomData<T>);

impl<'de, T: NameOrTable<'de>> Visitor<'de> for Either<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        T::of_name(name).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::of_table(MapAccessDeserializer::new(map))
    }
}
