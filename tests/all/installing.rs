//! How dbm gets onto a machine, and what it brings: completions, the manual page, `make install`, the
//! archive, the image, and a demo that does not keep anybody waiting.

mod completions;
mod demo;
mod image;
mod make;
mod manual;
mod pack;
mod programs;
mod release;
