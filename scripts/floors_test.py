#!/usr/bin/env python3
"""Holds every #include of src/ against the floors that src/CMakeLists.txt states: a room includes only from itself and
from the rooms it USES; only lp includes HiGHS. Also holds file length to 600 lines.
Usage: floors_test.py SRC FLOORS_TXT"""
import pathlib
import re
import sys

source, floors_file = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
floors = {}
for line in floors_file.read_text().splitlines():
    room, _, below = line.partition(":")
    floors[room] = set(below.split()) | {room}
floors["cli"] = set(floors) | {"cli"}

# The rule must be able to fail: a floor that is named before it is built would make a circle.
order = list(floors)
faults = [f"{room} uses {below}, which is not below it" for room in order for below in floors[room]
          if room != "cli" and below != room and order.index(below) > order.index(room)]

checked = 0
for path in sorted(source.rglob("*")):
    if path.suffix not in {".h", ".cpp"} or path.parent == source:
        continue
    room = path.relative_to(source).parts[0]
    text = path.read_text(encoding="utf-8")
    if text.count("\n") > 620:
        faults.append(f"{path}: {text.count(chr(10))} lines; a file holds at most about 600")
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if not found:
            continue
        checked += 1
        quoted, target = found[1] == '"', found[2]
        if re.match(r"(Highs|highs|interfaces/highs|lp_data/)", target) and room != "lp":
            faults.append(f"{path}:{number}: only src/lp includes HiGHS")
        first = target.split("/")[0]
        if quoted and "/" in target and first in floors and first not in floors.get(room, set()):
            faults.append(f"{path}:{number}: {room} may not include from {first}; it sees {', '.join(sorted(floors[room]))}")
if checked == 0:
    faults.append("no include was checked: is the path right?")
print(*faults, sep="\n")
print(f"{checked} includes checked, {len(faults)} faults")
sys.exit(1 if faults else 0)
