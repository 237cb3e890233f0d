//! docs/recipes/deploy.md: what its manifests and units run is run, with their arguments and their
//! environment, and what they say to the platform is looked at.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::page::Page;
use super::stage::Stage;
use super::tools;
use crate::support::run::binary;
use crate::support::{Folder, Output, Run, wait};

fn page() -> Page {
    Page::read("deploy.md")
}

/// Two migrations in `migrations`.
fn stage() -> Stage {
    let stage = Stage::new();
    for (stem, table) in [("001_create_a", "a"), ("002_create_b", "b")] {
        let text = format!("CREATE TABLE {table} (id BIGINT PRIMARY KEY);");
        stage.root.write(&format!("migrations/{stem}.up.sql"), text);
        stage.root.write(&format!("migrations/{stem}.down.sql"), format!("DROP TABLE {table};"));
    }
    stage
}

/// The documents of a YAML text, as PyYAML reads them.
fn yaml(text: &str, test: &str) -> Option<Value> {
    let python = tools::find("python", test)?;
    let script = "import sys, yaml, json; json.dump(yaml.safe_load(sys.stdin), sys.stdout)";
    let run = Run::program(python.join("bin/python")).args(["-c", script]).stdin(text);
    let output = run.output();
    output.assert_status(0);
    Some(serde_json::from_str(&output.stdout).expect("JSON"))
}

/// As Kubernetes' own schema has it, with no field too many.
#[track_caller]
fn kubernetes(text: &str, test: &str) -> Option<Value> {
    let value = yaml(text, test)?;
    let place = Folder::new().file("manifest.yaml", text);
    let program = tools::find("python", test)?.join("bin/kubernetes-validate");
    let run = Run::program(program).args(["--strict", "manifest.yaml"]).cwd(place.path());
    run.output().assert_status(0);
    Some(value)
}

/// A list of words.
#[track_caller]
fn words(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap_or_else(|| panic!("no list: {value}"));
    list.iter().map(|word| word.as_str().expect("a word").to_owned()).collect()
}

/// What the image runs: its entry point is dbm, and `/migrations` is the folder.
fn container(stage: &Stage, args: &[String]) -> Run {
    let folder = stage.root.join("migrations").to_str().expect("UTF-8").to_owned();
    let args =
        args.iter().map(|word| if word == "/migrations" { folder.clone() } else { word.clone() });
    Run::dbm().args(args).env("DATABASE_URL", stage.db.url())
}

#[track_caller]
fn assert_reports_both(output: &Output) {
    output.assert_status(0).assert_line("1/u create_a (", "").assert_line("2/u create_b (", "");
}

#[test]
fn the_command_and_the_makefile() {
    let (stage, page) = (stage(), page());
    stage.follow_section(&page, "Deploying");
    assert_eq!(stage.db.row(), Some((2, false)));
    stage.follow_section(&page, "Makefile");
    let status = stage.sh("make -n migrate-status");
    assert_eq!(status.stdout, "dbm -path migrations status\n", "{status}");
    let dockerfile = page.file("Dockerfile");
    assert!(dockerfile.contains("\nCOPY migrations /migrations\n"), "{dockerfile}");
}

/// The exit codes that the page tells of.
#[test]
fn exit_codes() {
    let stage = stage();
    stage.root.write("migrations/003_broken.up.sql", "SELECT nothing");
    assert_eq!(stage.sh("dbm up").status, Some(1));
    assert_eq!(stage.sh("dbm up -nonsense").status, Some(2));
    // Asked to stop while a file waits for a table: it finishes that file, and starts no other.
    fs::remove_file(stage.root.join("migrations/003_broken.up.sql")).expect("remove a file");
    stage.root.write("migrations/003_waits.up.sql", "LOCK TABLE a; SELECT 1;");
    stage.root.write("migrations/004_is_left.up.sql", "SELECT 1;");
    let mut other = stage.db.client();
    let mut transaction = other.transaction().expect("a transaction");
    transaction.batch_execute("LOCK TABLE a IN ACCESS SHARE MODE").expect("a lock");
    let mut run = stage.shell("exec dbm up").spawn();
    // Other tests have waiting sessions, too, in databases of their own.
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = \
                   (SELECT oid FROM pg_database WHERE datname = current_database())";
    wait::until_true("a file that waits", || stage.db.number(waiting) > 0);
    run.signal("TERM");
    run.wait_for("Stopping after this");
    transaction.rollback().expect("end the transaction");
    run.finish().assert_status(143);
    assert_eq!(stage.db.row(), Some((3, false)));
    assert_reports(&stage.sh("dbm up"), "4/u is_left");
}

#[track_caller]
fn assert_reports(output: &Output, line: &str) {
    output.assert_status(0).assert_line(line, "(");
}

#[test]
fn kubernetes_job() {
    let (stage, page) = (stage(), page());
    let test = "recipes::deploy::kubernetes_job";
    let Some(job) = kubernetes(page.file("job.yaml"), test) else { return };
    let pod = &job["spec"]["template"]["spec"];
    assert_eq!(pod["restartPolicy"], "Never", "podFailurePolicy asks for it");
    let own = &pod["containers"][0];
    let args = words(&own["args"]);
    assert_reports_both(&container(&stage, &args).output());
    assert_eq!(own["env"][0]["name"], "DATABASE_URL");
    // Its deadlines: dbm gives up before it is killed.
    let after = |flag: &str| {
        let at = args.iter().position(|word| word == flag).expect("the flag");
        args[at + 1].parse::<u64>().expect("seconds")
    };
    let deadline = job["spec"]["activeDeadlineSeconds"].as_u64().expect("a deadline");
    assert!(after("-wait") + after("-lock-timeout") < deadline);
    // A code that is worth no other attempt is what dbm ends with for a wrong command line.
    let rule = &job["spec"]["podFailurePolicy"]["rules"][0]["onExitCodes"];
    assert_eq!(rule["containerName"], own["name"]);
    let wrong = container(&stage, &args).arg("-nonsense").output();
    assert_eq!(rule["values"][0].as_i64(), wrong.status.map(i64::from), "{wrong}");
    // Helm's hook is the same Job.
    let text = page.file("templates/migrate.yaml");
    let rendered = text
        .replace("{{ .Release.Name }}", "app")
        .replace("{{ .Values.migrations.image }}", "registry.example.com/migrations:1.4.0")
        .replace("{{ .Values.migrations.secret }}", "database");
    assert!(!rendered.contains("{{"), "{rendered}");
    let hook = kubernetes(&rendered, test).expect("Python");
    let annotations = &hook["metadata"]["annotations"];
    assert_eq!(annotations["helm.sh/hook"], "pre-install,pre-upgrade");
    assert_eq!(annotations["helm.sh/hook-weight"], "0", "a string, as Kubernetes wants it");
    let hooked = &hook["spec"]["template"]["spec"]["containers"][0];
    for key in ["name", "image", "args", "env"] {
        assert_eq!(hooked[key], own[key], "{key}");
    }
}

/// Two replicas at once, and one of the last release that starts again later.
#[test]
fn kubernetes_init_container() {
    let (stage, page) = (stage(), page());
    let test = "recipes::deploy::kubernetes_init_container";
    let Some(deployment) = kubernetes(page.file("deployment.yaml"), test) else { return };
    let template = &deployment["spec"]["template"];
    assert_eq!(deployment["spec"]["selector"]["matchLabels"], template["metadata"]["labels"]);
    let args = words(&template["spec"]["initContainers"][0]["args"]);
    let replicas = [(); 2].map(|()| container(&stage, &args).spawn());
    let outputs = replicas.map(|replica| {
        let output = replica.finish();
        output.assert_status(0);
        output.stderr
    });
    let said = outputs.concat();
    assert_eq!((said.matches("/u ").count(), said.matches("no change").count()), (2, 1), "{said}");
    for half in ["up", "down"] {
        let newest = stage.root.join(&format!("migrations/002_create_b.{half}.sql"));
        fs::remove_file(newest).expect("remove a file");
    }
    container(&stage, &args).output().assert_status(0);
    assert_eq!(stage.db.row(), Some((2, false)));
}

#[test]
fn docker_compose() {
    let (stage, page) = (stage(), page());
    let test = "recipes::deploy::docker_compose";
    let Some(file) = yaml(page.file("compose.yaml"), test) else { return };
    let services = &file["services"];
    let migrate = &services["migrate"];
    assert_reports_both(&container(&stage, &words(&migrate["command"])).output());
    assert_eq!(migrate["volumes"][0], "./migrations:/migrations:ro");
    assert_eq!(words(&migrate["depends_on"]), ["db"]);
    let condition = &services["app"]["depends_on"]["migrate"]["condition"];
    assert_eq!(condition, "service_completed_successfully");
    // The URL names the service of the database, and its password.
    let url = migrate["environment"]["DATABASE_URL"].as_str().expect("a URL");
    let password = services["db"]["environment"]["POSTGRES_PASSWORD"].as_str().expect("a password");
    assert!(url.starts_with(&format!("postgres://postgres:{password}@db:5432/")), "{url}");
}

/// Each step in a shell of its own, as a runner has it.
#[test]
fn github_actions() {
    let (stage, page) = (stage(), page());
    let name = ".github/workflows/migrations.yml";
    let text = page.file(name);
    let Some(workflow) = yaml(text, "recipes::deploy::github_actions") else { return };
    let job = &workflow["jobs"]["migrations"];
    let url = job["env"]["DATABASE_URL"].as_str().expect("a URL");
    let password = &job["services"]["postgres"]["env"]["POSTGRES_PASSWORD"];
    assert_eq!(
        url,
        format!("postgres://postgres:{}@localhost:5432/postgres", password.as_str().unwrap())
    );
    // The archive of `make dist`, of a program that calls dbm.
    let script = format!("#!/bin/sh\nexec {} \"$@\"\n", binary().display());
    let made = Folder::new().file("program", script);
    let all = fs::Permissions::from_mode(0o755);
    fs::set_permissions(made.join("program"), all).expect("make it a program");
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packaging/pack.sh");
    let pack = Run::program(pack).cwd(made.path()).args(["./program", "dbm-0.1.0", "."]);
    pack.output().assert_status(0);
    let archive = format!("file://{}", made.join("dbm-0.1.0.tar.gz").display());
    let (home, paths) = (Folder::new(), made.join("paths"));
    let mut path = std::env::var("PATH").expect("a PATH");
    let steps = job["steps"].as_array().expect("steps");
    assert_eq!(steps[0]["uses"], "actions/checkout@v4");
    for step in &steps[1..] {
        let script = step["run"].as_str().expect("a script");
        let run = Run::program("bash").args(["-e", "-o", "pipefail", "-c", script]);
        let run = run.cwd(stage.root.path()).env("PATH", &path).env("HOME", home.arg());
        let run = run.env("DATABASE_URL", stage.db.url()).env("DBM_ARCHIVE", &archive);
        run.env("GITHUB_PATH", &paths).output().assert_status(0);
        if let Ok(added) = fs::read_to_string(&paths) {
            path = format!("{}:{path}", added.trim());
        }
    }
    assert!(path.starts_with(&home.arg()), "dbm was installed: {path}");
    assert_eq!(stage.db.row(), Some((2, false)));
}

#[test]
fn systemd() {
    let (stage, page) = (stage(), page());
    let unit = page.file("app-migrate.service");
    let value = |key: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(&format!("{key}=")));
        found.unwrap_or_else(|| panic!("no {key}"))
    };
    assert_eq!((value("Type"), value("Before")), ("oneshot", "app.service"));
    let command = value("ExecStart").strip_prefix("/usr/local/bin/dbm ").expect("dbm");
    let args = command.replace("/usr/share/app/migrations", "/migrations");
    let args: Vec<String> = args.split(' ').map(str::to_owned).collect();
    assert_reports_both(&container(&stage, &args).output());
    let app = page.blocks.iter().rfind(|block| block.language == "ini");
    let app = &app.expect("the other unit").text;
    assert!(app.contains("Requires=app-migrate.service\nAfter=app-migrate.service\n"), "{app}");
    // systemd itself looks at it, where it is.
    let name = "app-migrate.service";
    stage.root.write(name, unit.replace("/usr/local/bin/dbm", &binary().display().to_string()));
    if Path::new("/usr/bin/systemd-analyze").exists() {
        let verify =
            Command::new("systemd-analyze").arg("verify").arg(stage.root.join(name)).output();
        let verify = verify.expect("run systemd-analyze");
        let said = String::from_utf8_lossy(&verify.stderr);
        let of_ours: Vec<&str> = said.lines().filter(|line| line.contains("app-migrate")).collect();
        assert!(of_ours.is_empty(), "{said}");
    }
}
