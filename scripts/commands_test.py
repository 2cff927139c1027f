#!/usr/bin/env python3
"""The program as a user runs it: every exit code, streams that are full or closed, results that are written whole.

    scripts/commands_test.py build/release/stargate PROJECT

Exits 1 and names each expectation that does not hold.
"""
import csv
import gzip
import hashlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STARGATE, PROJECT = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
FIVE = PROJECT / "cases/plan/five_sites"
WIDE = ("--gap", "5%")  # reached at once: what is tested here is not the search
failures = []


def expect(holds, words):
    if not holds:
        failures.append(words)
        print(f"FAILED: {words}")


def run(*arguments, **options):
    return subprocess.run([STARGATE, *map(str, arguments)], capture_output=True, text=True, timeout=600, **options)


def ends(code, *arguments, words="", **options):
    """The command ends with this code, and says `words` on standard error; nothing of a library's own text."""
    done = run(*arguments, **options)
    shown = " ".join(map(str, arguments))
    expect(done.returncode == code, f"{shown}: exit {done.returncode} where {code} is right: {done.stderr[-300:]}")
    expect(words in done.stderr + done.stdout, f"{shown}: '{words}' is not in: {done.stderr[-300:]}")
    for raw in ("terminate called", "nlohmann", "json.exception", "toml::", "basic_string", "vector::", "std::", "HDF5"):
        expect(raw not in done.stderr, f"{shown}: '{raw}' reached the user: {done.stderr[-300:]}")
    return done


def edited(folder, file, old, new):
    text = (folder / file).read_text()
    assert old in text, f"{file} has no '{old}'"
    (folder / file).write_text(text.replace(old, new, 1))


def files_of(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def exit_codes(work):
    plan = work / "plan"
    ends(0, "plan", FIVE, "-o", plan, "-q", "--threads", 2, *WIDE)
    ends(0, "check", plan)
    ends(0, "check", FIVE)
    ends(0, "--help")
    ends(0, "--version")
    ends(2, "plan", work / "nowhere", words="this is not a folder")
    ends(2, "check", "--tolerance", "nan", plan)
    ends(2, "plans")
    ends(2, "plan", FIVE, "--gap", "-1")
    # 5: the best that was found, further from the bound than was asked.
    ends(5, "plan", FIVE, "-o", work / "near", "-q", "--gap", "0.001%")
    ends(0, "check", work / "near")
    # 3: what cannot be, with the rules that conflict.
    hard = work / "hard"
    shutil.copytree(FIVE, hard)
    edited(hard, "programme.toml", "at_least = 300", "at_least = 300000")
    ends(3, "plan", hard, "-o", work / "no_plan", "-q", words="No plan: infeasible")
    expect(not (work / "no_plan").exists(), "an infeasible programme leaves no folder")
    # 1: a plan that does not hold; also one whose inputs were changed behind its back.
    wrong = work / "wrong"
    shutil.copytree(plan, wrong)
    edited(wrong, "spending.csv", ",racks,,", ",racks,,1")
    broken = ends(1, "check", wrong)
    expect("spending.racks" in broken.stdout, "check names the rule that a falsified plan breaks")
    expect("spending.csv is not as it was written" in broken.stdout, "check holds the files against the manifest")
    shutil.rmtree(wrong)
    shutil.copytree(plan, wrong)
    edited(wrong / "programme", "programme.toml", "Five campuses", "Five")
    ends(1, "check", wrong)
    # 2: tables that cannot be read.
    edited(wrong, "racks.csv", ",", ";")
    ends(2, "check", wrong)
    # 4: asked to stop.
    child = subprocess.Popen([STARGATE, "plan", FIVE, "--gap", "0", "-o", work / "stopped"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stderr.readline()
    child.send_signal(signal.SIGINT)
    child.communicate(timeout=600)
    expect(child.returncode == 4, f"an interrupted plan: exit {child.returncode} where 4 is right")


def streams(work):
    plan = work / "to_full"
    with open("/dev/full", "w") as full:
        done = subprocess.run([STARGATE, "plan", FIVE, "-o", plan, "-q", *WIDE], stdout=full, stderr=subprocess.PIPE, text=True, timeout=600)
        expect(done.returncode == 1, f"a full standard output: exit {done.returncode} where 1 is right")
        expect("standard output could not be written" in done.stderr, "a full standard output is told")
        ends(0, "check", plan)
        for arguments in (["check", plan], ["--help"], ["schema"]):
            done = subprocess.run([STARGATE, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, timeout=600)
            expect(done.returncode == 1, f"{arguments} to a full standard output: exit {done.returncode} where 1 is right")
        done = subprocess.run([STARGATE, "check", work / "nowhere"], stdout=full, stderr=full, timeout=600)
        expect(done.returncode == 2, f"bad input with both streams full: exit {done.returncode} where 2 is right")
        done = subprocess.run([STARGATE, "plan", FIVE, "-o", plan, *WIDE], stdout=subprocess.PIPE, stderr=full, timeout=600)
        expect(done.returncode == 0, f"progress to a full standard error: exit {done.returncode} where 0 is right")
    closed = subprocess.run(["sh", "-c", f"'{STARGATE}' plan '{FIVE}' -o '{work}/closed' -q --gap 5% >&-"], stderr=subprocess.PIPE, text=True, timeout=600)
    expect(closed.returncode == 1, f"a closed standard output: exit {closed.returncode} where 1 is right")
    ends(0, "check", work / "closed")
    closed = subprocess.run(["sh", "-c", f"'{STARGATE}' check '{work}/nowhere' 2>&- <&-"], timeout=600)
    expect(closed.returncode == 2, f"bad input with standard error closed: exit {closed.returncode} where 2 is right")


def places(work):
    mine = work / "mine"
    shutil.copytree(FIVE, mine)
    before = files_of(mine)
    for out in (mine, f"{mine}/", mine / "." , mine / "sub" / ".."):
        ends(2, "plan", mine, "-o", out, "-q", words="a programme stands there")
    ends(2, "plan", FIVE, "-o", mine, "-q", words="a programme stands there")
    ends(2, "plan", "-o", mine / "sites.csv", "-q", words="a file stands there")
    expect(files_of(mine) == before, "a programme is not touched by a plan that would go over it")
    ends(2, "init", mine, words="something is there already")
    ends(2, "plan", FIVE, "-o", "/proc/nowhere/out", "-q")
    new = work / "new" / "deep"
    ends(0, "init", new)
    expect((new / "programme.toml").exists() and len(list((work / "new").iterdir())) == 1, "init leaves the programme alone")

    def small():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
    plan = work / "kept"
    ends(0, "plan", FIVE, "-o", plan, "-q", *WIDE)
    before = files_of(plan)
    ends(1, "plan", FIVE, "-o", plan, "-q", *WIDE, "--replace", words="File too large", preexec_fn=small)
    expect(files_of(plan) == before, "a disk that is full leaves the old plan")
    expect([p.name for p in work.iterdir() if p.name.startswith(".kept")] == [], "and nothing beside it")

    # A better plan of the same inputs stays.
    proof = json.loads((plan / "plan.json").read_text())
    proof["objective"] *= 1.01
    (plan / "plan.json").write_text(json.dumps(proof, indent=2))
    (plan / "manifest.json").unlink()
    ends(0, "plan", FIVE, "-o", plan, "-q", *WIDE, words="holds a better plan of the same inputs")
    expect(json.loads((plan / "plan.json").read_text())["objective"] == proof["objective"], "the better plan stays")
    ends(0, "check", work / "kept-worse")
    ends(0, "plan", FIVE, "-o", plan, "-q", *WIDE, "--replace", words="it is replaced, as asked")
    ends(0, "check", plan)


def whole(work):
    """Killed at any moment while it writes, a plan is the old one or the new one."""
    plan = work / "killed"
    ends(0, "plan", FIVE, "-o", plan, "-q", *WIDE)
    other = work / "other"
    shutil.copytree(FIVE, other)
    edited(other, "programme.toml", "usd_b = 30", "usd_b = 31")
    mixtures = 0
    for i in range(20):
        child = subprocess.Popen([STARGATE, "plan", (FIVE, other)[i % 2], "-o", plan, "-q", *WIDE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while child.poll() is None and not any(p.name.startswith(".killed-") and any(p.iterdir()) for p in work.iterdir()):
            time.sleep(0.001)
        time.sleep(0.0015 * i)
        child.kill()
        child.wait()
        manifest = json.loads((plan / "manifest.json").read_text())
        for name, promised in manifest["files"].items():
            if promised["sha256"] and hashlib.sha256((plan / name).read_bytes()).hexdigest() != promised["sha256"]:
                mixtures += 1
                break
    expect(mixtures == 0, f"{mixtures} of 20 killed writers left a mixture")
    ends(0, "check", plan)


def values(work):
    """Each column of each table of a programme, with a value that is none: refused with its place, or harmless."""
    bad = ["nan", "inf", "1e308", "100000000000000000000", "1,5", "-1", "=1+1", "../../x", "<b>&\"", "", "-", "2025-02-30", "ZZ"]
    mine = work / "mine"
    shutil.copytree(FIVE, mine)
    turn = 0
    for table in sorted(mine.glob("*.csv")):
        kept = table.read_text()
        lines = list(csv.reader(line for line in kept.splitlines(True) if not line.startswith("#")))
        if len(lines) < 2:
            continue
        for column in range(len(lines[0])):
            changed = [list(row) for row in lines]
            changed[1][column] = bad[turn % len(bad)]
            turn += 1
            with table.open("w", newline="") as out:
                csv.writer(out).writerows(changed)
            done = run("check", mine)
            shown = f"{table.name}: {lines[0][column]} = {changed[1][column]!r}"
            expect(done.returncode in (0, 2), f"{shown}: exit {done.returncode}")
            if done.returncode == 2:
                expect(f"{table.name}:" in done.stderr or ".csv" in done.stderr, f"{shown}: no place in {done.stderr[:200]}")
        table.write_text(kept)
    semicolons = FIVE.parent.parent / "hostile/excel/equipment_semicolon_bom_crlf.csv"
    shutil.copy(semicolons, mine / "equipment.csv")
    done = ends(2, "check", mine, words="columns are separated by semicolons")
    expect(done.stderr.count("error:") == 1, f"semicolons are told in one error: {done.stderr}")
    shutil.copy(semicolons.parent / "equipment_blank_rows.csv", mine / "equipment.csv")
    ends(0, "check", mine)
    settings = (mine / "programme.toml").read_text()
    (mine / "programme.toml").write_text("a = " + 20000 * "[" + 20000 * "]" + "\n" + settings)
    ends(2, "check", mine, words="nested too deep")
    for name in ("mixed", "decimal_comma", "german"):
        done = ends(0, "finance", "xirr", PROJECT / f"cases/hostile/xirr_{name}.csv")
        expect("10.05" in done.stdout, f"xirr_{name}.csv: {done.stdout}")
    zeros = work / "zeros.csv.gz"
    with gzip.open(zeros, "wb", 1) as out:
        for _ in range(300):
            out.write(bytes(1 << 20))
    ends(2, "finance", "xirr", zeros, words="it holds more than")
    ends(2, "power", "solve", FIVE / "programme.toml", words="its form is not known")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for part in (exit_codes, streams, places, whole, values):
            work = Path(folder) / part.__name__
            work.mkdir()
            part(work)
    print(f"{len(failures)} failures" if failures else "every command ended as it should")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
