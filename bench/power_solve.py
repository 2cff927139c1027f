#!/usr/bin/env python3
"""Solves of the 26 US zones beside HiGHS on the same matrices, one after the other: seconds, memory, objective, ratios.

    bench/power_solve.py --hours 168 --ways simplex exact gap place
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WAYS = {
    "simplex": ["--method", "simplex"],  # HiGHS' dual simplex method, whole: the peer
    "ipm": ["--method", "ipm"],          # HiGHS' interior point method with crossover, whole
    "exact": [],
    "gap": ["--gap", "0.001"],
    "cuts": ["--gap", "0.001", "--method", "cuts"],
    "percent": ["--gap", "0.01"],
    "place": ["--gap", "0.001", "--place", "10", "--place-most", "3"],
    "place50": ["--gap", "0.001", "--place", "50", "--place-most", "10"],
    "place-percent": ["--gap", "0.01", "--place", "10", "--place-most", "3"],
}


def run(network, way, threads):
    command = [ROOT / "build/release/stargate", "power", "solve", network, "--json", "--threads", str(threads), *WAYS[way]]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    text = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{way}: exit {os.waitstatus_to_exitcode(status)}")
    return json.loads(text), usage


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=int, default=168)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=["simplex", "exact", "gap", "place"])
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, ROOT / "tools/network_us26.py", folder, "--hours", str(arguments.hours), "--shared", arguments.shared], check=True)
        first = None
        print("way            wall s   user s   peak MB   objective          gap       first/this (wall)")
        for way in arguments.ways:
            answer, usage = run(folder, way, arguments.threads)
            wall = sum(answer["seconds"].values())
            first = first or wall
            total = answer["objective_with_constant"]
            gap = abs(answer["objective"] - answer["bound"]) / abs(total)
            print(f"{way:14} {wall:7.2f} {usage.ru_utime:8.2f} {answer['peak_mb']:9.0f}   {total:<16.6f} {gap:8.1e}   {first / wall:8.1f}", flush=True)


main()
