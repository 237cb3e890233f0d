//! What the migrations of a folder look like: their texts.

use std::fmt::Write as _;

/// The two texts of a migration.
pub struct Texts {
    pub up: String,
    pub down: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A table with a few columns and an index: some 300 bytes.
    Small,
    /// Several tables with constraints and indexes, a function, a trigger and rows: some 4 KB.
    Medium,
    /// The first makes a table, each other one puts a row into it: ten thousand of them are run in
    /// seconds, and the table tells which were.
    Data,
}

/// The table of [`Shape::Data`]. Of `n` migrations it has `n - 1` rows.
pub const DATA_TABLE: &str = "setting";

impl Shape {
    pub fn texts(self, number: usize) -> Texts {
        match self {
            Shape::Small => small(number),
            Shape::Medium => medium(number),
            Shape::Data => data(number),
        }
    }
}

fn small(n: usize) -> Texts {
    let up = format!(
        "CREATE TABLE item_{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id bigint NOT NULL,
    name text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX item_{n}_owner_id_index ON item_{n} (owner_id);
"
    );
    Texts { up, down: format!("DROP TABLE item_{n};\n") }
}

fn medium(n: usize) -> Texts {
    let mut up = format!("-- Orders of the shop {n}: who bought what, and what became of it.\n\n");
    for table in ["customer", "product", "purchase"] {
        let _ = write!(
            up,
            "CREATE TABLE {table}_{n} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    reference uuid NOT NULL UNIQUE,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    state text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'active', 'closed')),
    amount numeric(12, 2) NOT NULL DEFAULT 0 CHECK (amount >= 0),
    details jsonb NOT NULL DEFAULT '{{}}'::jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE {table}_{n} IS 'One row for each {table} of the shop {n}';
CREATE INDEX {table}_{n}_created_at_index ON {table}_{n} (created_at);
CREATE INDEX {table}_{n}_active_index ON {table}_{n} (updated_at) WHERE state = 'active';

"
        );
    }
    let _ = write!(
        up,
        "ALTER TABLE purchase_{n}
    ADD COLUMN customer_id bigint NOT NULL REFERENCES customer_{n} (id) ON DELETE CASCADE,
    ADD COLUMN product_id bigint NOT NULL REFERENCES product_{n} (id);

CREATE FUNCTION touch_{n}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever changes a row changes its time; nobody sets it by hand.
    NEW.updated_at := now();
    IF NEW.state = 'closed' AND OLD.state <> 'closed' THEN
        NEW.details := NEW.details || jsonb_build_object('closed_at', now());
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER touch BEFORE UPDATE ON purchase_{n} FOR EACH ROW EXECUTE FUNCTION touch_{n}();

INSERT INTO product_{n} (reference, name, state, amount) VALUES
"
    );
    for row in 1..=18 {
        let end = if row == 18 { ";" } else { "," };
        let _ = writeln!(
            up,
            "    ('00000000-0000-4000-8000-{row:012}', 'product {row} of shop {n}', 'active', {row}9.90){end}"
        );
    }
    let down = format!(
        "DROP TABLE purchase_{n};\nDROP TABLE product_{n};\nDROP TABLE customer_{n};\n\
         DROP FUNCTION touch_{n}();\n"
    );
    Texts { up, down }
}

fn data(n: usize) -> Texts {
    if n == 1 {
        return Texts {
            up: format!(
                "CREATE TABLE {DATA_TABLE} (name text PRIMARY KEY, value text NOT NULL);\n"
            ),
            down: format!("DROP TABLE {DATA_TABLE};\n"),
        };
    }
    Texts {
        up: format!(
            "-- Feature {n} is on for everybody from this release on.\n\
             INSERT INTO {DATA_TABLE} (name, value)\nVALUES ('feature_{n}', 'enabled for all customers');\n"
        ),
        down: format!("DELETE FROM {DATA_TABLE} WHERE name = 'feature_{n}';\n"),
    }
}

/// One migration of so many bytes and a little more: a table and the rows that somebody dumped.
pub fn big(bytes: usize) -> Texts {
    let mut up = String::with_capacity(bytes + 200_000);
    up += "CREATE TABLE place (id bigint PRIMARY KEY, name text NOT NULL, note text NOT NULL);\n";
    let mut id = 0;
    while up.len() < bytes {
        up += "INSERT INTO place (id, name, note) VALUES\n";
        for row in 1..=1_000 {
            id += 1;
            let end = if row == 1_000 { ";" } else { "," };
            let _ = writeln!(
                up,
                "    ({id}, 'place number {id}', 'what is known of place {id}; and it isn''t much'){end}"
            );
        }
    }
    Texts { up, down: "DROP TABLE place;\n".to_owned() }
}
