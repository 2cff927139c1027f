#!/usr/bin/env python3
"""Makes data/facts/site_climate.csv: seasonal mean temperatures of each candidate site from degree-days by ReEDS zone."""

import csv
from collections import defaultdict
from pathlib import Path

from geography import Counties
from tables import read_rows, shared_folder

HERE = Path(__file__).resolve().parent
# the data's seasons are November to February, March to May, June to August, September and October
DAYS = {"wint": 120, "spri": 92, "summ": 92, "fall": 61}
BASE_C = 18.33  # of the degree-days, which are of Celsius: so counted, summers are those of weather stations nearby
YEARS = {"typical": range(2024, 2031), "hot": range(2046, 2051)}
SOURCE = "ReEDS degree-days, HadGEM2 RCP4.5 (smoothed over years): typical 2024-2030; hot is the same model's 2046-2050"


def main():
    shared = shared_folder(__doc__)
    counties = Counties(shared)
    sums, seen = defaultdict(float), defaultdict(set)
    for r in read_rows(shared / "data" / "energy" / "reeds" / "climate_HDD_CDD_HadGEM2_rcp45.csv.gz"):
        for kind, years in YEARS.items():
            if int(r["t"]) in years:
                sign = 1 if r["ddtype"] == "cdd" else -1
                sums[kind, r["r"], r["szn"]] += sign * float(r["Value"]) / DAYS[r["szn"]]
                seen[kind].add(r["t"])
    rows = []
    for site in read_rows(HERE.parent / "data" / "us" / "sites.csv"):
        zone = counties.find(site["state"], site["county"])["reeds"]
        means = [round(BASE_C + sums[kind, zone, s] / len(seen[kind]), 1) for kind in YEARS for s in ("wint", "spri", "summ", "fall")]
        rows.append([site["id"], zone, *means, SOURCE])
    with open(HERE.parent / "data" / "facts" / "site_climate.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["site", "zone", *(f"{kind}_{s}_c" for kind in YEARS for s in ("winter", "spring", "summer", "autumn")), "source"])
        writer.writerows(rows)
    print(f"{len(rows)} sites; typical summer {min(r[4] for r in rows)} to {max(r[4] for r in rows)} C")


if __name__ == "__main__":
    main()
