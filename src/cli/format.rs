//! `-format`: how what was found is written.

use clap::builder::{PossibleValuesParser, TypedValueParser};

/// One of three words.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Text,
    Json,
    Github,
}

/// For clap's `value_parser`; completions show the words.
pub fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["text", "json", "github"]).map(|word| match word.as_str() {
        "json" => Format::Json,
        "github" => Format::Github,
        _ => Format::Text,
    })
}
