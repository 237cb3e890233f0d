//! What a catalog's columns say of themselves is not enough in a few places: which catalogs hold
//! no objects of the database, which columns are the server's own bookkeeping, and which texts
//! only a function of the server can write.
//!
//! Everything else is read off the catalogs, see [`shape`](super::shape).

/// Catalogs that are not compared: data and statistics, dependencies (which follow from the rest),
/// and what belongs to the whole server.
pub const LEFT_OUT: [&str; 12] = [
    "pg_depend",
    "pg_init_privs",
    "pg_largeobject",
    "pg_largeobject_metadata",
    "pg_shdepend",
    "pg_shdescription",
    "pg_shseclabel",
    "pg_statistic",
    "pg_statistic_ext_data",
    "pg_subscription_rel",
    "pg_replication_origin",
    // Told as "mappings" of the configuration.
    "pg_ts_config_map",
];

/// Catalogs of the whole server of which some rows belong to one database.
pub const SHARED_BUT_READ: [&str; 2] = ["pg_db_role_setting", "pg_subscription"];

/// Columns that tell nothing of what an object is: numbers that change from run to run, flags that
/// the server keeps lazily, and what follows from other columns.
pub const BOOKKEEPING: [(&str, &[&str]); 14] = [
    (
        "pg_class",
        &[
            "reltype",
            "relfilenode",
            "relpages",
            "reltuples",
            "relallvisible",
            "relallfrozen",
            "reltoastrelid",
            "relisshared",
            "relhasindex",
            "relnatts",
            "relchecks",
            "relhasrules",
            "relhastriggers",
            "relhassubclass",
            "relrewrite",
            "relfrozenxid",
            "relminmxid",
        ],
    ),
    (
        "pg_attribute",
        &[
            "attnum",
            "attcacheoff",
            "attlen",
            "attbyval",
            "attalign",
            "attndims",
            "atthasmissing",
            "attmissingval",
            "atthasdef",
            "attisdropped",
        ],
    ),
    ("pg_type", &["typarray", "typrelid", "typndims", "typdefaultbin"]),
    ("pg_index", &["indcheckxmin", "indexprs", "indpred", "indnatts", "indnkeyatts"]),
    ("pg_constraint", &["conbin", "conindid", "connoinherit"]),
    ("pg_rewrite", &["ev_qual", "ev_action"]),
    ("pg_trigger", &["tgqual", "tgconstrindid"]),
    ("pg_proc", &["prosqlbody", "pronargs", "pronargdefaults"]),
    ("pg_extension", &["extconfig", "extcondition"]),
    ("pg_collation", &["collversion", "collencoding"]),
    ("pg_conversion", &["conforencoding", "contoencoding"]),
    // The database may be another one.
    ("pg_db_role_setting", &["setdatabase"]),
    ("pg_subscription", &["subdbid", "subskiplsn"]),
    ("pg_partitioned_table", &["partdefid", "partexprs"]),
];

/// Rows of a catalog that are left out, as a condition that keeps the others. `$e` stands for the
/// members of extensions.
pub const KEPT: [(&str, &str); 13] = [
    ("pg_class", "relkind <> 't' and relnamespace <> 99 and relpersistence <> 't'"),
    ("pg_attribute", "attnum > 0 and not attisdropped"),
    // The types of rows and arrays come and go with what they are made of.
    (
        "pg_type",
        "(typrelid = 0 or exists (select from pg_class where oid = typrelid and relkind = 'c')) \
         and not (typelem <> 0 and exists (select from pg_type e where e.oid = o.typelem and e.typarray = o.oid)) \
         and (typisdefined or typtype = 'p') and typtype <> 'm'",
    ),
    // What a range type brings with it.
    (
        "pg_proc",
        "not exists (select from pg_depend where classid = 'pg_proc'::regclass and objid = o.oid \
                     and refclassid = 'pg_type'::regclass and deptype = 'i')",
    ),
    (
        "pg_cast",
        "not exists (select from pg_depend where classid = 'pg_cast'::regclass and objid = o.oid \
                     and refclassid = 'pg_type'::regclass and deptype = 'i')",
    ),
    // A family that belongs to an extension.
    (
        "pg_amop",
        "not exists (select from pg_depend where classid = 'pg_opfamily'::regclass \
                     and objid = o.amopfamily and deptype = 'e')",
    ),
    (
        "pg_amproc",
        "not exists (select from pg_depend where classid = 'pg_opfamily'::regclass \
                     and objid = o.amprocfamily and deptype = 'e')",
    ),
    ("pg_constraint", "contype <> 't'"),
    ("pg_trigger", "not tgisinternal"),
    ("pg_rewrite", "rulename <> '_RETURN'"),
    ("pg_namespace", "nspname not like 'pg\\_temp%' and nspname not like 'pg\\_toast%'"),
    (
        "pg_subscription",
        "subdbid = (select oid from pg_database where datname = current_database())",
    ),
    (
        "pg_db_role_setting",
        "setdatabase = (select oid from pg_database where datname = current_database())",
    ),
];

/// What only the server can write: a name for it, and the expression.
pub const WRITTEN: [(&str, &[(&str, &str)]); 13] = [
    (
        "pg_class",
        &[
            ("query", "case when relkind in ('v', 'm') then pg_get_viewdef(oid) end"),
            ("partition key", "case when relkind = 'p' then pg_get_partkeydef(oid) end"),
            (
                "toast options",
                "(select array(select 'toast.' || unnest(t.reloptions) order by 1)::text from pg_class t \
                 where t.oid = o.reltoastrelid and t.reloptions is not null)",
            ),
            (
                "column statistics",
                "case when relkind in ('i', 'I') then (select string_agg(attnum || ' ' || attstattarget, ', ' order by attnum) \
                 from pg_attribute where attrelid = o.oid and attstattarget >= 0) end",
            ),
        ],
    ),
    (
        "pg_attribute",
        &[
            ("type", "format_type(atttypid, atttypmod)"),
            // Where it is not the type's.
            (
                "storage",
                "case when attstorage <> (select typstorage from pg_type where oid = atttypid) \
                 then attstorage end",
            ),
            ("number", "attnum::text"),
        ],
    ),
    (
        "pg_type",
        &[("base type", "case when typtype = 'd' then format_type(typbasetype, typtypmod) end")],
    ),
    ("pg_index", &[("definition", "pg_get_indexdef(indexrelid)")]),
    ("pg_constraint", &[("definition", "pg_get_constraintdef(oid)")]),
    ("pg_trigger", &[("definition", "pg_get_triggerdef(oid)")]),
    ("pg_rewrite", &[("definition", "pg_get_ruledef(oid)")]),
    (
        "pg_proc",
        &[
            ("definition", "case when prokind <> 'a' then pg_get_functiondef(oid) end"),
            ("arguments", "pg_get_function_identity_arguments(oid)"),
            ("result", "pg_get_function_result(oid)"),
        ],
    ),
    ("pg_statistic_ext", &[("definition", "pg_get_statisticsobjdef(oid)")]),
    (
        "pg_cast",
        &[("source", "format_type(castsource, null)"), ("target", "format_type(casttarget, null)")],
    ),
    ("pg_range", &[("subtype", "format_type(rngsubtype, null)")]),
    (
        "pg_conversion",
        &[
            ("from", "pg_encoding_to_char(conforencoding)"),
            ("to", "pg_encoding_to_char(contoencoding)"),
        ],
    ),
    (
        "pg_ts_config",
        &[(
            "mappings",
            "(select string_agg(alias || ' ' || dictionaries, '; ' order by alias) from ( \
                select t.alias, string_agg(m.mapdict::regdictionary::text, ', ' order by m.mapseqno) \
                from ts_token_type(o.cfgparser) t join pg_ts_config_map m on m.maptokentype = t.tokid \
                where m.mapcfg = o.oid group by t.alias) x(alias, dictionaries))",
        )],
    ),
];

/// The letter of `acldefault`, and the column of the owner.
pub const PRIVILEGES: [(&str, &str, &str); 7] = [
    ("pg_class", "case relkind when 'S' then 's' else 'r' end", "relowner"),
    ("pg_proc", "'f'", "proowner"),
    ("pg_type", "'T'", "typowner"),
    ("pg_namespace", "'n'", "nspowner"),
    ("pg_language", "'l'", "lanowner"),
    ("pg_foreign_data_wrapper", "'F'", "fdwowner"),
    ("pg_foreign_server", "'S'", "srvowner"),
];

/// The columns that name a row, where the catalog has several such keys and the shortest is not it.
pub const KEYS: [(&str, &[&str]); 8] = [
    ("pg_attribute", &["attrelid", "attname"]),
    ("pg_enum", &["enumtypid", "enumlabel"]),
    ("pg_inherits", &["inhrelid", "inhparent"]),
    ("pg_range", &["rngtypid"]),
    ("pg_amop", &["amopfamily", "amoplefttype", "amoprighttype", "amoppurpose", "amopopr"]),
    ("pg_conversion", &["conname", "connamespace"]),
    ("pg_db_role_setting", &["setrole"]),
    ("pg_subscription", &["subname"]),
];

/// The column of what an object belongs to: it comes and goes with that.
pub const PARENTS: [(&str, &str); 13] = [
    ("pg_attribute", "attrelid"),
    ("pg_constraint", "conrelid"),
    ("pg_trigger", "tgrelid"),
    ("pg_rewrite", "ev_class"),
    ("pg_policy", "polrelid"),
    ("pg_statistic_ext", "stxrelid"),
    ("pg_publication_rel", "prpubid"),
    ("pg_publication_namespace", "pnpubid"),
    ("pg_user_mapping", "umserver"),
    ("pg_amop", "amopfamily"),
    ("pg_amproc", "amprocfamily"),
    ("pg_transform", "trftype"),
    ("pg_foreign_server", "srvfdw"),
];

/// What an object is called, as SQL calls it. The rest are the catalog's name without `pg_`, with
/// spaces.
pub const WORDS: [(&str, &str); 24] = [
    ("pg_am", "access method"),
    ("pg_amop", "operator of family"),
    ("pg_amproc", "function of family"),
    ("pg_attribute", "column"),
    ("pg_db_role_setting", "setting"),
    ("pg_default_acl", "default privileges"),
    ("pg_event_trigger", "event trigger"),
    ("pg_foreign_data_wrapper", "foreign data wrapper"),
    ("pg_foreign_server", "server"),
    ("pg_namespace", "schema"),
    ("pg_opclass", "operator class"),
    ("pg_opfamily", "operator family"),
    ("pg_proc", "function"),
    ("pg_publication_namespace", "schema of publication"),
    ("pg_publication_rel", "table of publication"),
    ("pg_rewrite", "rule"),
    ("pg_statistic_ext", "statistics"),
    ("pg_ts_config", "text search configuration"),
    ("pg_ts_dict", "text search dictionary"),
    ("pg_ts_parser", "text search parser"),
    ("pg_ts_template", "text search template"),
    ("pg_user_mapping", "user mapping"),
    ("pg_class", "table"),
    ("pg_type", "type"),
];

/// Letters and what they stand for.
type Letters = &'static [(&'static str, &'static str)];

/// By `relkind` and the like, where one catalog holds several kinds.
pub const WORDS_BY_LETTER: [(&str, &str, Letters); 3] = [
    (
        "pg_class",
        "relkind",
        &[
            ("i", "index"),
            ("I", "index"),
            ("S", "sequence"),
            ("v", "view"),
            ("m", "materialized view"),
            ("f", "foreign table"),
            ("c", "row type"),
        ],
    ),
    ("pg_proc", "prokind", &[("p", "procedure"), ("a", "aggregate")]),
    ("pg_type", "typtype", &[("d", "domain")]),
];

/// Looks a catalog up in one of the tables above.
pub fn of<T: Copy>(table: &[(&str, T)], catalog: &str) -> Option<T> {
    table.iter().find(|(name, _)| *name == catalog).map(|(_, value)| *value)
}
