#!/usr/bin/env python3
"""The engine against tests/operate/simulator.py on random traces: FCFS, SJF, EASY and conservative backfill.

Arguments: the program, and how many traces (500)."""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from simulator import simulate, waits

POLICIES = ["fcfs", "sjf", "sjf-clairvoyant", "easy", "easy-clairvoyant", "conservative"]


def trace(seed):
    """(jobs, nodes, processors a node, policy)"""
    r = random.Random(seed)
    policy = POLICIES[seed % len(POLICIES)]
    per_node = 1 if policy.startswith(("easy", "cons")) or r.random() < 0.5 else r.choice([2, 4, 8])
    nodes = r.randint(2, 12)
    most = nodes * per_node
    span = r.choice([50, 500, 5000])
    jobs = []
    for _ in range(r.randint(5, 60)):
        run = r.randint(0, r.choice([5, 60, 600]))
        estimate = r.choice([run, run + r.randint(0, 300), max(1, run // 2), -1]) or 1
        jobs.append((r.randint(0, span), run, estimate, r.randint(1, most if r.random() < 0.3 else max(1, most // 3))))
    jobs.sort(key=lambda j: j[0])
    first = jobs[0][0]
    return [(s - first, run, e, w) for s, run, e, w in jobs], nodes, per_node, policy


def main():
    program, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 500
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "trace.swf"
        for seed in range(count):
            jobs, nodes, per_node, policy = trace(seed)
            file.write_text("".join(f"{i + 1} {s} -1 {run} {w} -1 -1 {w} {e} -1 1 1 1 -1 -1 -1 -1 -1\n" for i, (s, run, e, w) in enumerate(jobs)))
            done = subprocess.run([program, "operate", "--trace", str(file), "--nodes", str(nodes), "--gpus-per-node", str(per_node), "--policy", policy, "--json"],
                                  capture_output=True, text=True, check=False)
            if done.returncode != 0:
                wrong.append(f"trace {seed}, {policy}: exit code {done.returncode}: {done.stderr.strip()[:300]}")
                continue
            answer = json.loads(done.stdout)
            wait, slow = waits(jobs, simulate(jobs, nodes, per_node, policy))
            for name, ours, theirs in (("mean_wait_s", wait, answer["mean_wait_s"]), ("mean_bounded_slowdown", slow, answer["mean_bounded_slowdown"])):
                if abs(ours - theirs) > 1e-9 * max(1, abs(ours)):
                    wrong.append(f"trace {seed}, {policy}, {nodes} x {per_node}: {name} {theirs}, the small simulator has {ours}")
    print(f"{count} random traces, {len(wrong)} differences")
    print("\n".join(wrong[:20]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
