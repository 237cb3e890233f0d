//! What a statement means for transactions, told from its keywords.
//!
//! Not a grammar: a statement that the server would refuse anyway may get any kind.

use super::lex::Shape;
use super::reader::Reader;

/// What a statement does to the transaction, or needs of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No statement: a stray `;`, or what trails after the last one.
    Empty,
    /// `BEGIN`, `START TRANSACTION`.
    Begin,
    /// `COMMIT`, `END`.
    Commit {
        /// `AND CHAIN`: a new transaction is open afterwards.
        chain: bool,
    },
    /// `ROLLBACK`, `ABORT`.
    Rollback {
        /// `AND CHAIN`: a new transaction is open afterwards.
        chain: bool,
    },
    /// `SAVEPOINT`, `RELEASE`, `ROLLBACK TO`.
    Savepoint,
    /// `PREPARE TRANSACTION`: the open transaction is no longer the session's.
    PrepareTransaction,
    /// `SET [LOCAL] TRANSACTION`, `SET SESSION CHARACTERISTICS`, and the same by the name of the
    /// setting (`SET transaction_isolation = …`): to be run before any query of the transaction.
    SetTransaction,
    /// Refuses to run in a transaction block, even the implicit one of several statements in one
    /// message: `CREATE INDEX CONCURRENTLY`, `VACUUM` and their like.
    NonTransactional,
    /// `COPY … FROM STDIN`: wants data that a script cannot carry.
    CopyFromStdin,
    /// Every other statement.
    Other,
}

/// The kind of the statement whose code (first to last token, no `;`) is `code`.
pub(super) fn classify(code: &str) -> Kind {
    let mut words = Reader::new(code);
    if words.is_at_end() {
        return Kind::Empty;
    }
    if !words.is(Shape::Word) {
        return Kind::Other;
    }
    if words.eat("create") {
        non_transactional_if(words.creates_outside())
    } else if words.eat("alter") {
        non_transactional_if(words.alters_outside())
    } else if words.eat("drop") {
        non_transactional_if(words.drops_outside())
    } else if words.eat("set") {
        words.set()
    } else if words.eat("copy") {
        words.copy()
    } else if words.eat("vacuum") {
        Kind::NonTransactional
    } else if words.eat("reindex") {
        non_transactional_if(words.reindexes_outside())
    } else if words.eat("cluster") {
        non_transactional_if(words.clusters_all())
    } else if words.eat("discard") {
        non_transactional_if(words.at("all"))
    } else {
        words.transaction()
    }
}

fn non_transactional_if(is_so: bool) -> Kind {
    if is_so { Kind::NonTransactional } else { Kind::Other }
}

impl Reader<'_> {
    fn transaction(&mut self) -> Kind {
        if self.eat("begin") || self.eat("start") && self.at("transaction") {
            Kind::Begin
        } else if self.eat("commit") {
            if self.at("prepared") {
                return Kind::NonTransactional;
            }
            let chain = self.chain();
            Kind::Commit { chain }
        } else if self.eat("end") {
            let chain = self.chain();
            Kind::Commit { chain }
        } else if self.eat("rollback") {
            if self.at("prepared") {
                return Kind::NonTransactional;
            }
            let chain = self.chain();
            if self.at("to") {
                return Kind::Savepoint;
            }
            Kind::Rollback { chain }
        } else if self.eat("abort") {
            let chain = self.chain();
            Kind::Rollback { chain }
        } else if self.at_any(&["savepoint", "release"]) {
            Kind::Savepoint
        } else if self.eat("prepare") && self.eat("transaction") && self.is(Shape::Text) {
            // Without the string it prepares a statement that is named "transaction".
            Kind::PrepareTransaction
        } else {
            Kind::Other
        }
    }

    /// `[WORK | TRANSACTION] [AND CHAIN]`; `AND NO CHAIN` is no chain.
    fn chain(&mut self) -> bool {
        if self.at_any(&["work", "transaction"]) {
            self.skip();
        }
        self.eat("and") && self.at("chain")
    }

    fn set(&mut self) -> Kind {
        // The grammar takes both before either form, so what follows decides.
        let _ = self.eat("local") || self.eat("session");
        if self.at_any(&[
            "characteristics",
            "transaction_isolation",
            "transaction_read_only",
            "transaction_deferrable",
        ]) {
            return Kind::SetTransaction;
        }
        if self.eat("session") && self.at("characteristics") {
            return Kind::SetTransaction;
        }
        // `SET transaction.x = 1` and `SET transaction TO 1` set something else.
        if self.eat("transaction") && self.is(Shape::Word) && !self.at("to") {
            return Kind::SetTransaction;
        }
        Kind::Other
    }

    /// The first FROM outside parentheses names the source; it is reserved, so no table's name,
    /// unless after a dot, where no STDIN can follow.
    fn copy(&mut self) -> Kind {
        let mut depth = 0_usize;
        while let Some(token) = self.current() {
            match token.shape {
                Shape::Open => depth += 1,
                Shape::Close => depth = depth.saturating_sub(1),
                Shape::Word if depth == 0 && self.at("from") => {
                    self.skip();
                    // The server takes FROM STDOUT for a slip of the pen, and reads as well.
                    if self.at_any(&["stdin", "stdout"]) {
                        return Kind::CopyFromStdin;
                    }
                    continue;
                }
                _ => {}
            }
            self.skip();
        }
        Kind::Other
    }

    fn creates_outside(&mut self) -> bool {
        if self.at_any(&["database", "tablespace", "subscription"]) {
            return true;
        }
        self.eat("unique");
        self.eat("index") && self.at("concurrently")
    }

    fn drops_outside(&mut self) -> bool {
        self.at_any(&["database", "tablespace", "subscription"])
            || self.eat("index") && self.at("concurrently")
    }

    fn alters_outside(&mut self) -> bool {
        if self.eat("table") {
            return self.detaches_concurrently();
        }
        if self.eat("database") {
            self.skip();
            // `SET TABLESPACE x`, or as an option: `[WITH] TABLESPACE [=] x`.
            let _ = self.eat("set") || self.eat("with");
            return self.at("tablespace");
        }
        if self.eat("subscription") {
            self.skip();
            if self.at("refresh") {
                return true;
            }
            return (self.eat("set") || self.eat("add") || self.eat("drop"))
                && self.at("publication");
        }
        self.at("system")
    }

    /// `… DETACH PARTITION name CONCURRENTLY`, which always stands at the end.
    fn detaches_concurrently(&mut self) -> bool {
        while !self.is_at_end() {
            if !(self.eat("detach") && self.eat("partition")) {
                self.skip();
                continue;
            }
            let mut after_dot = false;
            while !self.is_at_end() {
                if self.at("concurrently") && !after_dot {
                    return true;
                }
                after_dot = self.written() == ".";
                self.skip();
            }
        }
        false
    }

    fn reindexes_outside(&mut self) -> bool {
        if self.is(Shape::Open) {
            while !self.is_at_end() && !self.is(Shape::Close) {
                // `(CONCURRENTLY false)` is allowed, and is not concurrent.
                if self.eat("concurrently") {
                    let value = self.written().trim_matches('\'').to_ascii_lowercase();
                    if !matches!(value.as_str(), "false" | "off" | "0") {
                        return true;
                    }
                }
                self.skip();
            }
            self.skip();
        }
        if self.at_any(&["database", "schema", "system"]) {
            return true;
        }
        self.skip();
        self.at("concurrently")
    }

    /// Only the names of tables are missing: `CLUSTER [VERBOSE]`, `CLUSTER (VERBOSE)`.
    fn clusters_all(&mut self) -> bool {
        if self.is(Shape::Open) {
            while !self.is_at_end() && !self.is(Shape::Close) {
                self.skip();
            }
            self.skip();
        }
        self.eat("verbose");
        self.is_at_end()
    }
}
