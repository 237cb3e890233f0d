//! What is dbm's own: where the database and the folder come from, `create` and `drop` and what they
//! add, `renumber`, prompts, hints, what the server says, signals, and that no password is ever printed.

mod causes;
mod create;
mod drop;
mod env_file;
mod files;
mod flags;
mod help;
mod hints;
mod init;
mod mistyped;
mod new;
mod newcomers;
mod not_a_url;
mod notices;
mod odd_files;
mod pipes;
mod places;
mod plain_files;
mod progress;
mod prompts;
mod reading;
mod renumber;
mod secrets;
mod signals;
mod terminals;
mod urls;
mod wrong_folder;
