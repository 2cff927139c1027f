#!/usr/bin/env python3
"""The tables in data/us are what tools/ make from the raw data, byte for byte. Skipped (77) where the raw data is not."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def main():
    if not (SHARED / "data").is_dir():
        print("../shared is not here")
        return 77
    differ = []
    with tempfile.TemporaryDirectory() as folder:
        for tool in [ROOT / "tools" / f"make_{part}.py" for part in ("compute", "grid", "sites")]:
            subprocess.run([sys.executable, tool, "--shared", SHARED, "--out", folder], check=True, stdout=subprocess.DEVNULL)
        made = sorted(Path(folder).iterdir())
        differ = [m.name for m in made if m.read_bytes() != (ROOT / "data" / "us" / m.name).read_bytes()]
        print(f"{len(made)} tables made, {len(differ)} differ: {' '.join(differ)}")
        return 1 if differ or not made else 0


sys.exit(main())
