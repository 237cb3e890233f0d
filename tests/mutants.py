#!/usr/bin/env python3
"""Breaks the engine in one place at a time, and sees whether the tests notice.

    make mutants                      half an hour at most; on a quiet machine
    make mutants MUTANTS_SEED=7       another sample
    make mutants MUTANTS_MINUTES=60   a larger one

The places and the ways come from cargo-mutants (`--list`); which of them are tried is drawn from that list
with a fixed seed. Why not cargo-mutants all the way: it runs a test program to its end, and this
repository's takes minutes, of which a mutant that is caught needs seconds. Here the first test that fails
ends the run.

Of a copy below target/mutants, never of this checkout. For each mutant the library's unit tests run first,
then the binary's and the integration tests, on the server of DBM_TEST_DATABASE_URL. What does not compile
does not count. A test program that hangs or dies has noticed.

Survivors are listed at the end; tests/mutants.md has those that were looked into, and why they live.
The exit status is 1 where fewer than nine of ten were caught.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "target/mutants"
TREE = WORK / "tree"
FOLDERS = ["src/migrator", "src/session", "src/table", "src/plan", "src/sql"]
KNOWN = ROOT / "tests/mutants.md"

SEED = int(os.environ.get("MUTANTS_SEED") or 1)
MINUTES = float(os.environ.get("MUTANTS_MINUTES") or 30)
WANTED = 0.9
# How many tests may fail without any change: more are no accident of this machine.
MOST_FAILING = 3

# Tests of the sources and of the tests themselves, and one that compares times, which vary here.
SKIPPED = ["house::", "support::", "the_time_is_linear"]

BEGUN = time.monotonic()
END = BEGUN + MINUTES * 60

# Without debugging information a build takes half as long.
ENVIRONMENT = dict(
    os.environ,
    CARGO_TARGET_DIR=str(WORK / "target"),
    CARGO_INCREMENTAL="1",
    CARGO_PROFILE_DEV_DEBUG="0",
    RUST_BACKTRACE="0",
    RUST_TEST_THREADS=os.environ.get("RUST_TEST_THREADS") or "16",
)


class TimeIsUp(Exception):
    """The half hour is over."""


def copy_tree():
    """Copies what git knows or would know; what has not changed keeps its time, for cargo goes by it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout.decode()
    files = [name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    for name in files:
        old, new = TREE / name, (ROOT / name).read_bytes()
        if not old.is_file() or old.read_bytes() != new:
            old.parent.mkdir(parents=True, exist_ok=True)
            old.write_bytes(new)
            shutil.copymode(ROOT / name, old)
    for old in [path for path in TREE.rglob("*") if path.is_file()]:
        name = str(old.relative_to(TREE))
        if not name.startswith("target/") and name not in files:
            old.unlink()
    tools = TREE / "target/tools"
    tools.parent.mkdir(exist_ok=True)
    if not tools.is_symlink():
        tools.symlink_to(ROOT / "target/tools")


def all_mutants():
    program = ROOT / "target/tools/bin/cargo-mutants"
    command = [str(program), "mutants", "--list", "--json", "--dir", str(TREE)]
    for folder in FOLDERS:
        command += ["--file", f"{folder}/**/*.rs"]
    listed = subprocess.run(command, cwd=TREE, check=True, capture_output=True, env=ENVIRONMENT)
    return json.loads(listed.stdout)


def offset(lines, place):
    """Lines and columns count from 1, columns in characters."""
    return sum(len(line) for line in lines[: place["line"] - 1]) + place["column"] - 1


def mutated(text, mutant):
    lines = text.splitlines(keepends=True)
    start, end = (offset(lines, mutant["span"][end]) for end in ("start", "end"))
    return text[:start] + mutant["replacement"] + text[end:]


def hear_signals():
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, signal.SIG_DFL)


class Group:
    """A program in a process group of its own, so that all of it ends when it is to."""

    def __init__(self, command, limit):
        left = END - time.monotonic()
        self.child = subprocess.Popen(
            command,
            cwd=TREE,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            errors="replace",
            start_new_session=True,
            # Who starts this in the background lets nobody hear the signals that are tested.
            preexec_fn=hear_signals,
        )
        self.is_late = False
        self.timer = threading.Timer(max(0, min(limit, left)), self.be_late)
        self.timer.start()

    def be_late(self):
        self.is_late = True
        self.kill()

    def kill(self):
        try:
            os.killpg(self.child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def close(self):
        self.timer.cancel()
        self.kill()
        return self.child.wait()


def keep_time():
    if time.monotonic() >= END:
        raise TimeIsUp


def build(targets):
    """The test programs of these targets; None where it does not compile."""
    command = ["cargo", "test", "--locked", "--no-run", "--quiet", "--message-format=json"]
    group = Group(command + targets, 900)
    programs = []
    for line in group.child.stdout:
        message = json.loads(line) if line.startswith("{") else {}
        if message.get("executable") and message.get("profile", {}).get("test"):
            programs.append(message["executable"])
    group.child.wait()
    status = group.close()
    keep_time()
    return programs if status == 0 else None


def failures(program, limit=600):
    """The tests that fail, as they do; at last, in what other way something was noticed."""
    group = Group([program] + [word for name in SKIPPED for word in ("--skip", name)], limit)
    failed = False
    try:
        for line in group.child.stdout:
            if line.startswith("test ") and line.rstrip().endswith("... FAILED"):
                failed = True
                yield line.split()[1]
        group.child.wait()
    finally:
        status = group.close()
        drop_databases(group.child.pid)
    keep_time()
    if group.is_late:
        yield "a test program that did not end"
    elif status != 0 and not failed:
        yield "a test program that died"


def drop_databases(pid):
    """What the tests of this process have left: those that were killed could not tidy up."""
    bin_folder = subprocess.run(
        [str(ROOT / "tests/postgres.sh"), "bin"], capture_output=True, text=True
    ).stdout.strip()
    psql = shutil.which("psql", path=f"{bin_folder}:{os.environ.get('PATH', '')}")
    url = os.environ.get("DBM_TEST_DATABASE_URL")
    if not psql or not url:
        return
    sql = (
        f"SELECT format('DROP DATABASE %I WITH (FORCE)', datname) FROM pg_database"
        f" WHERE datname LIKE 'dbmtest\\_{pid}\\_%' \\gexec"
    )
    subprocess.run([psql, "-X", "-q", url], input=sql, text=True, capture_output=True)


def judge():
    """What becomes of the tree as it is: not compiled, noticed by a test, or nothing."""
    units = build(["--lib"])
    if units is None:
        return "does not compile", None
    for program in units:
        for test in failures(program, 120):
            return "caught", test
    rest = build(["--bin", "dbm", "--test", "all"])
    if rest is None:
        return "does not compile", None
    # The binary's own tests take no time.
    for program in sorted(rest, key=lambda path: Path(path).name.startswith("all")):
        for test in failures(program):
            return "caught", test
    return "SURVIVES", None


def leave_out_what_fails():
    """What fails without any change would be taken for a catch."""
    programs = build(["--lib", "--bin", "dbm", "--test", "all"])
    if programs is None:
        sys.exit("without any change: does not compile")
    failing = [test for program in programs for test in failures(program)]
    if len(failing) > MOST_FAILING or any(" " in test for test in failing):
        sys.exit("without any change, mend these first:\n  " + "\n  ".join(failing))
    for test in failing:
        print(f"LEFT OUT, IT FAILS WITHOUT ANY CHANGE: {test}", flush=True)
    SKIPPED.extend(failing)


def main():
    print(f"seed {SEED}, {MINUTES:g} minutes at most", flush=True)
    copy_tree()
    mutants = all_mutants()
    random.Random(SEED).shuffle(mutants)
    tried = {"caught": 0, "SURVIVES": 0, "does not compile": 0}
    survivors = []
    try:
        leave_out_what_fails()
        took = time.monotonic() - BEGUN
        print(f"built and tested as it is in {took:.0f} s; {len(mutants)} mutants to draw from", flush=True)
        for mutant in mutants:
            file = TREE / mutant["file"]
            original = file.read_text()
            begun = time.monotonic()
            try:
                file.write_text(mutated(original, mutant))
                fate, test = judge()
            finally:
                file.write_text(original)
            tried[fate] += 1
            if fate == "SURVIVES":
                survivors.append(mutant)
            took = time.monotonic() - begun
            by = f"\n    by {test}" if test else ""
            print(f"{fate} ({took:.0f} s): {mutant['name']}{by}", flush=True)
    except TimeIsUp:
        pass
    except KeyboardInterrupt:
        print("stopped", flush=True)
    report(tried, survivors)


def report(tried, survivors):
    known = KNOWN.read_text().split("## Survive, and why")[-1]
    count = tried["caught"] + tried["SURVIVES"]
    print(f"\ncaught {tried['caught']} of {count}; {tried['does not compile']} more do not compile")
    for mutant in survivors:
        # The line may have moved since it was looked into.
        name = f"{mutant['file']}: {mutant['name'].split(': ', 1)[1]}"
        print(f"  survives{', see tests/mutants.md' if name in known else ''}: {mutant['name']}")
    if count == 0 or tried["caught"] < WANTED * count:
        sys.exit(1)


main()
