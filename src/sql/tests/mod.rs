//! The scanner's tests, a file for each thing it is asked.

mod kinds;
mod places;
mod property;
mod routes;
mod statements;
