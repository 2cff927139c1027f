#!/usr/bin/env python3
"""Falsifies a plan in every way of a catalogue, one at a time, and holds `stargate check` to the rule that must object.

    scripts/falsified_test.py build/release/stargate PLAN cases/plan/falsified.csv

The manifest is taken away first: the rules have to notice by themselves. Exits 1 and names what went unnoticed, and
what was noticed only by another rule. A line of the catalogue whose row is not in the plan is a failure too.
"""
import csv
import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

STARGATE, PLAN, CATALOGUE = (Path(argument).resolve() for argument in sys.argv[1:4])


def later(quarter, by):
    year, of_year = int(quarter[:4]), int(quarter[-1])
    index = 4 * year + of_year - 1 + by
    return f"{index // 4}-Q{index % 4 + 1}"


def changed(value, operation, operand):
    if operation == "=":
        return operand
    if operand.endswith("q"):
        return later(value, int(operand[:-1]))
    result = float(value) * float(operand) if operation == "*=" else float(value) + float(operand)
    return repr(int(result)) if "." not in str(value) and "e" not in str(value) and result == int(result) else repr(result)


def parts_of(change):
    for part in change.split(" & "):
        for operation in ("*=", "+=", "="):
            if operation in part:
                column, operand = part.split(operation, 1)
                yield column, operation, operand
                break


def falsify(folder, line):
    """False if there is no such row."""
    if line["table"] == "plan.json":
        path = folder / "plan.json"
        proof = json.loads(path.read_text())
        for column, operation, operand in parts_of(line["change"]):
            old = proof[column]
            proof[column] = operand if isinstance(old, str) or operand == "much" else type(old)(float(changed(str(old), operation, operand)))
        path.write_text(json.dumps(proof))
        return True
    path = folder / f"{line['table']}.csv"
    rows = list(csv.DictReader(io.StringIO(path.read_text())))
    conditions = [part.split("=") for part in line["where"].split(";") if part]
    fits = [i for i, row in enumerate(rows) if all(row[column] == value for column, value in conditions)]
    if not fits:
        return False
    at = fits[0]
    if line["pick"] == "last":
        at = fits[-1]
    elif line["pick"].startswith("most "):
        at = max(fits, key=lambda i: abs(float(rows[i][line["pick"][5:]])))
    header = list(rows[0])
    if line["change"] == "delete":
        del rows[at]
    elif line["change"] == "copy":
        rows.append(dict(rows[at]))
    else:
        for column, operation, operand in parts_of(line["change"]):
            rows[at][column] = changed(rows[at][column], operation, operand)
    out = io.StringIO()
    writer = csv.DictWriter(out, header, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    path.unlink()
    path.write_text(out.getvalue())
    return True


def main():
    lines = list(csv.DictReader(row for row in CATALOGUE.read_text().splitlines(True) if not row.startswith("#")))
    wrong = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "plan"
        shutil.copytree(PLAN, folder)
        (folder / "manifest.json").unlink(missing_ok=True)

        def check():
            done = subprocess.run([STARGATE, "check", folder, "--json"], capture_output=True, text=True, timeout=120)
            rules = {finding["rule"] for finding in json.loads(done.stdout)["findings"]} if done.returncode in (0, 1) and done.stdout else set()
            return done.returncode, rules

        code, rules = check()
        if code != 0:
            wrong.append(f"the plan as it is: exit {code}, {sorted(rules)}")
        for number, line in enumerate(lines, 1):
            shown = f"{number}: {line['table']} [{line['where']} {line['pick']}] {line['change']}"
            file = folder / (line["table"] if line["table"] == "plan.json" else f"{line['table']}.csv")
            kept = file.read_bytes()
            if not falsify(folder, line):
                wrong.append(f"{shown}: there is no such row")
            else:
                code, rules = check()
                if line["rule"] == "refused":
                    if code != 2:
                        wrong.append(f"{shown}: exit {code} where 2 is right ({sorted(rules)})")
                elif code == 0:
                    wrong.append(f"{shown}: UNNOTICED, {line['rule']} must object")
                elif line["rule"] not in rules:
                    wrong.append(f"{shown}: noticed as {sorted(rules) or code}, not by {line['rule']}")
            file.write_bytes(kept)
    for words in wrong:
        print(words)
    print(f"{len(lines)} falsifications, {len(lines) - len(wrong)} caught by the rule that must object")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
