#!/usr/bin/env python3
"""Changes one line of the program at a time and asks its tests: how many of the changes do they notice?

    scripts/mutations_test.py [--count 60] [--seed 1] [--build build/mutations]

Run by hand (it builds three rooms again for each change). Lines of src/audit, src/base and src/capital are taken by
chance; a comparison, a sign, a number or a condition in each is turned round. A change that does not compile is drawn
again. Ends with the changes that went unnoticed.
"""
import argparse
import random
import re
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("audit", "base", "capital")
CHANGES = [
    (re.compile(r" <= "), " < "), (re.compile(r" >= "), " > "), (re.compile(r" < (?!<)"), " >= "),
    (re.compile(r" > (?!>)"), " <= "), (re.compile(r" == "), " != "), (re.compile(r" != "), " == "),
    (re.compile(r" && "), " || "), (re.compile(r" \|\| "), " && "), (re.compile(r" \+ "), " - "),
    (re.compile(r" - (?!>)"), " + "), (re.compile(r" \* "), " / "), (re.compile(r" / "), " * "),
    (re.compile(r" \+= "), " -= "), (re.compile(r" -= "), " += "), (re.compile(r"\btrue\b"), "false"),
    (re.compile(r"\bfalse\b"), "true"), (re.compile(r"(?<![\w.\"])1000\b"), "1001"),
    (re.compile(r"\bstd::min\b"), "std::max"), (re.compile(r"\bstd::max\b"), "std::min"),
    (re.compile(r"(?<![\w.\"])0(?=[;,)])"), "1"),
]


def candidates():
    for room in ROOMS:
        for path in sorted((PROJECT / "src" / room).glob("*.cpp")):
            if path.name.endswith("_test.cpp"):
                continue
            for number, line in enumerate(path.read_text().splitlines()):
                code = line.split("//")[0]
                if code.strip().startswith(("#", "/", "*")) or '"' in code or "template" in code or "<<" in code:
                    continue
                for pattern, replacement in CHANGES:
                    match = pattern.search(code)
                    if match:
                        yield path, number, code[: match.start()] + replacement + line[match.end():]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--build", type=Path, default=PROJECT / "build/mutations")
    options = parser.parse_args()
    subprocess.run(["cmake", "--preset", "dev", "-B", options.build], cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)
    targets = [f"{room}_test" for room in ROOMS]

    def build(targets):
        return subprocess.run(["cmake", "--build", options.build, "--target", *targets], cwd=PROJECT,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    assert build(targets), "the program as it is does not build"
    draws = list(candidates())
    random.Random(options.seed).shuffle(draws)
    tried, unnoticed = 0, []
    for path, number, changed in draws:
        if tried == options.count:
            break
        text = path.read_text()
        lines = text.splitlines(keepends=True)
        old = lines[number]
        lines[number] = changed + "\n"
        path.write_text("".join(lines))
        try:
            own = [f"{path.parent.name}_test"]
            # What base does wrong may show in the rooms that stand on it.
            asked = own if own != ["base_test"] else targets
            if not build(asked):
                continue
            tried += 1
            noticed = False
            for target in asked:
                test = next(options.build.rglob(target))
                try:
                    noticed = noticed or subprocess.run([test], cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300).returncode != 0
                except subprocess.TimeoutExpired:
                    noticed = True
            if not noticed:
                unnoticed.append(f"{path.relative_to(PROJECT)}:{number + 1}: {old.strip()}\n    -> {changed.strip()}")
            print(f"{tried}: {'noticed' if noticed else 'UNNOTICED'} {path.name}:{number + 1}", flush=True)
        finally:
            path.write_text(text)
    print(f"{tried - len(unnoticed)} of {tried} changes noticed")
    print("\n".join(unnoticed))
    return 0


if __name__ == "__main__":
    sys.exit(main())
