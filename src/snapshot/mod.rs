//! What a database holds: every object that a migration can make, as its name and what it is.
//!
//! The catalogs are read as they are and need no list of ours: each row becomes an object, or a part
//! of one; numbers are replaced by the names of what they refer to, which the catalogs tell themselves
//! (`shape`). `rules` has the few exceptions.

mod assemble;
mod camera;
mod compare;
mod depends;
mod granted;
mod names;
mod object;
mod rules;
mod shape;
mod statements;

pub use camera::Camera;
pub use compare::{Change, Difference, compare};
pub use object::{Id, Object, Snapshot};
pub use statements::{Statement, definition, statements};
