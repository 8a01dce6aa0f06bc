//! The types of elements that ONNX has.

use std::fmt;

use hesscope_hvp::Kind;

/// The type of the elements of a tensor, as the file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum ElementType {
    Float,
    Double,
    Float16,
    Bfloat16,
    Float8E4M3FN,
    Float8E4M3FNUZ,
    Float8E5M2,
    Float8E5M2FNUZ,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Int4,
    Uint4,
    Bool,
}

use ElementType as E;

/// Each type with its number and name in the format, and the bits of an element.
const TYPES: [(ElementType, i32, &str, usize); 19] = [
    (E::Float, 1, "float32", 32),
    (E::Uint8, 2, "uint8", 8),
    (E::Int8, 3, "int8", 8),
    (E::Uint16, 4, "uint16", 16),
    (E::Int16, 5, "int16", 16),
    (E::Int32, 6, "int32", 32),
    (E::Int64, 7, "int64", 64),
    (E::Bool, 9, "bool", 8),
    (E::Float16, 10, "float16", 16),
    (E::Double, 11, "float64", 64),
    (E::Uint32, 12, "uint32", 32),
    (E::Uint64, 13, "uint64", 64),
    (E::Bfloat16, 16, "bfloat16", 16),
    (E::Float8E4M3FN, 17, "float8e4m3fn", 8),
    (E::Float8E4M3FNUZ, 18, "float8e4m3fnuz", 8),
    (E::Float8E5M2, 19, "float8e5m2", 8),
    (E::Float8E5M2FNUZ, 20, "float8e5m2fnuz", 8),
    (E::Uint4, 21, "uint4", 4),
    (E::Int4, 22, "int4", 4),
];

impl ElementType {
    /// The type of this number in the format.
    pub(crate) fn of_code(code: i64) -> Result<Self, String> {
        let of = |&(element, number, ..): &(ElementType, i32, &str, usize)| {
            (i64::from(number) == code).then_some(element)
        };
        TYPES.iter().find_map(of).ok_or_else(|| match code {
            0 => "has no data type: export the model again".to_owned(),
            8 => "has text for elements: a network computes with numbers".to_owned(),
            14 | 15 => "has complex numbers, which have no rules".to_owned(),
            _ => format!("has the data type {code}, which is not known"),
        })
    }

    fn row(self) -> &'static (ElementType, i32, &'static str, usize) {
        let row = TYPES.iter().find(|(element, ..)| *element == self);
        row.unwrap_or(&TYPES[0])
    }

    /// What is computed with such elements.
    pub fn kind(self) -> Kind {
        match self {
            E::Bool => Kind::Bool,
            E::Float | E::Double | E::Float16 | E::Bfloat16 => Kind::Float,
            E::Float8E4M3FN | E::Float8E4M3FNUZ | E::Float8E5M2 | E::Float8E5M2FNUZ => Kind::Float,
            _ => Kind::Int,
        }
    }

    /// The bits an element takes in a file.
    pub(crate) fn bits(self) -> usize {
        self.row().3
    }
}

impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}
