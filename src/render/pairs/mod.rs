//! What came of trying pairs: for people, for GitHub, as JUnit's XML.

mod annotated;
pub mod findings;
mod junit;
mod text;
mod tried;

pub use annotated::annotations;
pub use junit::junit;
pub use text::{conclusion, failed, is_rewritten, print_difference};
pub use tried::Tried;
