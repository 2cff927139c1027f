#!/usr/bin/env python3
"""Is the program hardened? Position-independent, relocations read-only from the start, stack protected, fortified,
the library's assertions in.

    scripts/hardened_test.py build/release/stargate
"""
import subprocess
import sys


def told(*arguments):
    return subprocess.run(["readelf", "-W", *arguments, sys.argv[1]], capture_output=True, text=True, check=True).stdout


header, segments, dynamic, symbols = told("-h"), told("-l"), told("-d"), told("--dyn-syms")
with open(sys.argv[1], "rb") as program:
    asserted = b"__glibcxx_assert" in program.read() or "__glibcxx_assert_fail" in symbols
expected = {
    "position-independent": "DYN" in header and "PIE" in dynamic,
    "relocations read-only": "GNU_RELRO" in segments and "NOW" in dynamic,
    "stack not executable": any("GNU_STACK" in line and "RWE" not in line for line in segments.splitlines()),
    "stack protector": "__stack_chk_fail" in symbols,
    "fortified": "_chk@" in symbols,
    "assertions of the library": asserted,
}
for name, holds in expected.items():
    if not holds:
        print(f"not so: {name}")
sys.exit(0 if all(expected.values()) else 1)
