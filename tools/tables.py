"""Shared by the table makers: reading the raw data and writing tables whose rows say where they come from."""

import argparse
import csv
import gzip
import io
import math
from pathlib import Path

OUT = Path(__file__).resolve().parent.parent / "data" / "us"

# US dollars of a year into those of 2025 (BEA GDP price index, rounded).
TO_2025_USD = {2018: 1.29, 2020: 1.25, 2022: 1.09, 2023: 1.05, 2024: 1.025, 2025: 1.0}


def shared_folder(about):
    """Reads the command line that all makers have; --out changes where write_table writes."""
    global OUT
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder with the raw data")
    parser.add_argument("--out", type=Path, default=OUT, help="folder for the tables")
    arguments = parser.parse_args()
    OUT = arguments.out
    return arguments.shared


def read_rows(path):
    """Rows of a CSV (or .csv.gz) as dictionaries; lines that begin with # are passed over."""
    path = Path(path)
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    lines = [line for line in io.StringIO(raw.decode("utf-8-sig")) if not line.startswith("#")]
    return list(csv.DictReader(lines))


def number(value):
    """A number as short as it can be without losing what matters (six significant digits)."""
    if value is None or value == "":
        return ""
    if isinstance(value, int):
        return str(value)
    text = f"{value:.6g}"
    return format(float(text), ".10g") if "e" in text else text


def write_table(name, about, header, rows):
    """Writes data/us/NAME.csv: the comment lines of `about`, the header, the rows."""
    out = io.StringIO()
    for line in about.strip().splitlines():
        out.write(f"# {line.strip()}\n")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([cell if isinstance(cell, str) else number(cell) for cell in row])
    (OUT / f"{name}.csv").write_text(out.getvalue(), encoding="utf-8")
    print(f"{name}.csv: {len(rows)} rows")


def kilometres(lat1, lon1, lat2, lon2):
    """Great-circle distance."""
    a, b = math.radians(lat1), math.radians(lat2)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(half))


def quarters(first, last):
    """'2025-Q1' ... '2030-Q4', both ends included."""
    at, end = (int(q[:4]) * 4 + int(q[6]) - 1 for q in (first, last))
    return [f"{q // 4}-Q{q % 4 + 1}" for q in range(at, end + 1)]
