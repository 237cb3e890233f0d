//! What to do about a server that refuses the connection.

use dbm::Fault;

/// What to do about a pooler that refuses start-up settings.
const POOLER: &str = "a pooler stands in front of this server and accepts no settings: remove them from \
     the URL (ALTER ROLE … SET does it for good), or connect directly";

/// Who may have cancelled a statement. The server tells only its own `statement_timeout` apart, in its
/// own language.
pub const CANCELLED: &str = "it was cancelled: by x-statement-timeout in the URL, by a statement_timeout of \
     the role, the database or the server (SHOW statement_timeout), by a signal, or by a person; \
     run the same command again";

/// What to do where there is no session at `place`, for a user of `program`.
pub fn hint(program: &str, place: &str, fault: &Fault) -> Option<String> {
    let error = match fault {
        Fault::Server(error) => error,
        Fault::Unreachable(_) | Fault::Lost(_) => {
            return Some(format!(
                "no server answers at {place}: check the address, and that PostgreSQL is running; \
                 to wait for it: {program} wait"
            ));
        }
        Fault::Unclear(reason) => {
            let fits = |words: &[&str]| words.iter().any(|word| reason.contains(word));
            let found = REASONS.iter().find(|(words, _)| fits(words));
            return found.map(|(_, hint)| hint.to_string());
        }
        _ => return None,
    };
    let hint = match error.code.as_str() {
        _ if error.message.contains("startup parameter") => POOLER,
        "0A000" => POOLER,
        "28P01" => "the password is wrong for this user, or missing from the URL",
        "28000" => not_let_in(&error.message),
        "3D000" => {
            return Some(format!(
                "there is no such database at {place}: create it first, with createdb or CREATE DATABASE"
            ));
        }
        "57P03" => {
            return Some(format!(
                "the server is starting up, shutting down or recovering; to wait for it: {program} wait"
            ));
        }
        "53300" => "all connections of the server are in use: try again soon",
        code => refusal(code)?,
    };
    Some(hint.to_string())
}

/// What to do about a refused login, told from its message.
fn not_let_in(message: &str) -> &'static str {
    if message.contains("no encryption") || message.contains("SSL off") {
        "pg_hba.conf lets this user in from here with TLS (sslmode=require), or not at all"
    } else if message.contains("SSL encryption") || message.contains("SSL on") {
        "pg_hba.conf lets this user in from here without TLS (sslmode=disable), or not at all"
    } else if message.contains("client certificate") {
        "the server wants a client certificate: sslcert and sslkey name its files"
    } else if message.contains("does not exist") {
        "there is no such role: createuser makes one, or is another meant in the URL?"
    } else {
        "is the user in the URL right, and does the server's pg_hba.conf let it in from here?"
    }
}

/// What to do about a statement that the server refuses.
pub fn refusal(code: &str) -> Option<&'static str> {
    Some(match code {
        "42501" => {
            "the role lacks a right: run this as the one that owns the version table, or grant it \
             the right (the first run creates the table: CREATE on the schema)"
        }
        "42704" => "no such setting: is it another tool's parameter in the URL? remove it",
        "3F000" => "create that schema first: the version table is to stand in it",
        "42703" => {
            "that table is another tool's: name one of your own with x-migrations-table in the URL"
        }
        "25006" => {
            "is this server a standby? connect to the primary: with several hosts in the URL, \
             target_session_attrs=read-write finds it; or is default_transaction_read_only on for \
             this role or database?"
        }
        "57014" => CANCELLED,
        _ => return None,
    })
}

/// What to do where the server answers and there is no session all the same: words of the reason,
/// and the hint. The first that fits counts.
const REASONS: [(&[&str], &str); 11] = [
    (&["startup parameter"], POOLER),
    (
        &["password missing"],
        "the server wants a password: in the URL, in PGPASSWORD or in ~/.pgpass",
    ),
    (
        &["channel binding"],
        "channel_binding=require needs TLS (sslmode=require) and a password that is checked by \
         SCRAM; channel_binding=prefer takes it where it can",
    ),
    (
        &["received fatal alert"],
        "the server refused our side of TLS: does it want a client certificate (sslcert, \
         sslkey) of an authority that it knows?",
    ),
    (
        &["CaUsedAsEndEntity"],
        "the server's certificate is its own authority: name that certificate with \
         sslrootcert, or settle for sslmode=require without sslrootcert",
    ),
    (&["does not support TLS"], "sslmode=prefer or disable connects without TLS"),
    (
        &["UnknownIssuer", "BadSignature"],
        "the server's certificate is of no authority that is known here: name a file with \
         sslrootcert, or settle for sslmode=require",
    ),
    (
        &["not valid for name", "NotValidForName"],
        "the certificate is another host's: connect by the name in it, or settle for \
         sslmode=verify-ca",
    ),
    (&["SUN_LEN"], "the path of the folder with the server's socket is too long for a socket"),
    (&["Expired", "expired"], "the server's certificate has expired"),
    (
        &["does not allow writes"],
        "none of the hosts takes writes (target_session_attrs=read-write)",
    ),
];
