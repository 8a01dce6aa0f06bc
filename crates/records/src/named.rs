//! Enumerations whose values users write by name.

/// Gives an enumeration its names: `ALL`, `name`, [`Display`](std::fmt::Display) and [`FromStr`](std::str::FromStr), which
/// reads what `name` gives and else fails with the error of this name and sentence, where `{0}` is the name and `{1}` the
/// name that was probably meant.
macro_rules! named {
    ($type:ident { $($variant:ident => $name:literal),+ }, $error:ident: $sentence:literal) => {
        impl $type {
            /// All, in order.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$variant),+];

            /// The name, as [`FromStr`](std::str::FromStr) reads it.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name),+
                }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.name())
            }
        }

        /// There is none of this name.
        #[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
        #[error($sentence)]
        pub struct $error(String, String);

        impl std::str::FromStr for $type {
            type Err = $error;

            fn from_str(name: &str) -> Result<Self, $error> {
                let found = Self::ALL.into_iter().find(|value| value.name() == name);
                found.ok_or_else(|| {
                    let known = Self::ALL.into_iter().map(Self::name);
                    $error(name.to_owned(), hesscope_files::did_you_mean(name, known))
                })
            }
        }
    };
}

pub(crate) use named;
