#!/usr/bin/env python3
"""The futures of a plan have the same bytes from 1, 2 and 4 ranks, and after a kill. Usage: risk_ranks_test.py STARGATE PLAN

Skips (77) where there is no mpirun; says so where one-node Slurm cannot be started.
"""
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

stargate, plan = sys.argv[1:3]
arguments = ["risk", plan, "-n", "600", "--drivers", "16", "--json", "--quiet", "--threads", "1"]


def answer(before=(), extra=()):
    return subprocess.run([*before, stargate, *arguments, *extra], check=True, capture_output=True, timeout=900).stdout


def resumed_after_kill(alone):
    """Killed in the middle, begun again with what the store has: the same answer but for how many were read."""
    with tempfile.TemporaryDirectory() as store:
        job = subprocess.Popen([stargate, *arguments, "--store", store], stdout=subprocess.DEVNULL)
        for _ in range(600):
            if os.listdir(store) or job.poll() is not None:
                break
            time.sleep(0.02)
        job.send_signal(signal.SIGKILL)
        job.wait()
        again = answer(extra=["--store", store])
    lines = lambda text: [line for line in text.splitlines() if b'"from_store"' not in line]
    assert lines(again) == lines(alone), "the answer changed after a kill"
    print("kill -9: the same answer from what the store had")


alone = answer()
resumed_after_kill(alone)
mpirun = shutil.which("mpirun")
if not mpirun:
    print("skipped: there is no mpirun")
    sys.exit(77)
environment = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1")
os.environ.update(environment)
for ranks in (1, 2, 4):
    if answer([mpirun, "--oversubscribe", "-n", str(ranks)]) != alone:
        sys.exit(f"{ranks} ranks give another answer than one process")
    print(f"{ranks} ranks: the same bytes")
if shutil.which("sbatch") and shutil.which("slurmctld") and subprocess.run(["sinfo"], capture_output=True).returncode == 0:
    out = subprocess.run(["srun", "-n", "2", "--overcommit", stargate, *arguments], capture_output=True, timeout=900)
    assert out.returncode == 0 and out.stdout == alone, "srun gives another answer"
    print("srun: the same bytes")
else:
    print("Slurm: no controller answers on this machine; not tried")
