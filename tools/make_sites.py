#!/usr/bin/env python3
"""Makes sites.csv and interconnection.csv from site_facts.csv, own_connections.csv and the raw data by place."""

import gzip
import json
from collections import defaultdict
from pathlib import Path

from geography import Counties
from tables import kilometres, number, read_rows, shared_folder, write_table

HERE = Path(__file__).resolve().parent
FACILITY_PER_IT = 1.4  # Epoch AI: peak facility capacity over IT capacity

# Shell, mechanical and electrical plant per kW of IT, US average: Epoch AI's 11.8 M USD per IT MW less what stands apart here
# (land, substation, grid connection, on-site power: about 0.8). Low and high: 9.3 (Turner & Townsend) and 17 (developers), per kW.
CONSTRUCTION, CONSTRUCTION_LOW, CONSTRUCTION_HIGH = 11000, 9300, 17000
FACTOR = {"greenfield": 1.0, "expansion": 0.95, "retrofit": 0.9}

# cooling: PUE without compression, added PUE per cooling degree-day (F) a day, litres per kWh of IT energy.
# estimate inside the published ranges: adiabatic 1.12-1.25 and 0.1-1.8 L/kWh, dry 1.12-1.38 and 0.05, tower 2.2.
COOLING = {"liquid_dry": (1.14, 0.014, 0.05), "dry": (1.15, 0.020, 0.05), "adiabatic": (1.12, 0.010, 0.45), "tower": (1.11, 0.008, 2.0)}

# Average state and local sales tax (Tax Foundation, 2025), and yearly property tax of business property as a share of cost
# (estimate from Lincoln Institute's 50-state study, rounded).
TAX = {
    "AL": (0.0943, 0.008), "AR": (0.0946, 0.009), "AZ": (0.0841, 0.012), "CO": (0.0786, 0.018), "FL": (0.0698, 0.015), "GA": (0.0742, 0.014),
    "IA": (0.0694, 0.023), "ID": (0.0603, 0.009), "IL": (0.0889, 0.028), "IN": (0.07, 0.015), "KS": (0.0877, 0.022), "KY": (0.06, 0.012),
    "LA": (0.1011, 0.013), "MI": (0.06, 0.022), "MN": (0.0804, 0.022), "MO": (0.0841, 0.019), "MS": (0.0706, 0.017), "MT": (0.0, 0.012),
    "NC": (0.07, 0.009), "ND": (0.0705, 0.011), "NE": (0.0698, 0.019), "NM": (0.0762, 0.011), "NV": (0.0824, 0.009), "NY": (0.0853, 0.024),
    "OH": (0.0723, 0.018), "OK": (0.0899, 0.011), "OR": (0.0, 0.011), "PA": (0.0634, 0.016), "SC": (0.0749, 0.021), "SD": (0.0611, 0.013),
    "TN": (0.0955, 0.014), "TX": (0.082, 0.02), "UT": (0.0731, 0.01), "VA": (0.0577, 0.01), "WA": (0.0947, 0.009), "WI": (0.057, 0.017),
    "WV": (0.0657, 0.012), "WY": (0.0556, 0.0065),
}
# Waits by market, in quarters from request to energisation, and cost of the connection with upgrades charged to the load.
# estimate: no public table of load-side waits was found; utilities' and grid operators' statements and trade press of 2024 to 2026
# (loads over 100 MW: ERCOT 24 to 36 months and more, PJM about 54; SPP's fast track for large loads).
MARKET = {  # zone prefix -> (name, managed wait, firm wait, USD/kW, hours curtailed with managed)
    "TRE": ("ERCOT", 5, 10, 170, 200), "SPP": ("SPP", 5, 9, 190, 150), "MIS": ("MISO", 7, 12, 210, 120), "PJM": ("PJM", 9, 16, 280, 150),
    "SR": ("SERC", 8, 12, 220, 100), "SRSG": ("Southwest", 8, 13, 260, 120), "NWPP": ("Northwest", 9, 15, 280, 120), "BASN": ("Great Basin", 8, 13, 260, 100),
    "RMRG": ("Rockies", 8, 12, 240, 100), "NY": ("NYISO", 10, 16, 360, 150), "FRCC": ("Florida", 7, 11, 220, 80), "CA": ("CAISO", 11, 18, 420, 200),
}
STEPS = (("managed", 0.30, 0), ("firm", 0.40, 0), ("firm", 0.30, 4))  # share of the facility's power, quarters later


class Place:
    """What follows from where a site is."""

    def __init__(self, shared):
        self.energy = shared / "data" / "energy"
        self.counties = Counties(shared)
        with open(shared / "data" / "sites" / "im3_datacenter_centroids.geojson", encoding="utf-8") as file:
            self.neighbours = [f["geometry"]["coordinates"] for f in json.load(file)["features"]]
        with gzip.open(self.energy / "us26" / "zones.geojson.gz", "rt") as file:
            self.shapes = json.load(file)["features"]
        self.cooling_days = self._cooling_days()
        self.cost = self._cost_multipliers()

    def zone(self, latitude, longitude, county):
        """The zone whose polygon holds the point; at the coast and borders, the county's."""
        known = {"ERCOT"}
        for feature in self.shapes:
            shape = feature["geometry"]
            parts = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            if any(_inside(longitude, latitude, part[0]) and not any(_inside(longitude, latitude, hole) for hole in part[1:]) for part in parts):
                return next(str(v) for v in feature["properties"].values() if str(v).isupper() and str(v) not in known)
        return county["zone"]

    def within(self, latitude, longitude, km):
        return sum(kilometres(latitude, longitude, lat, lon) <= km for lon, lat in self.neighbours)

    def _cooling_days(self):
        """ReEDS zone -> cooling degree-days (F) a day in each calendar quarter, mean of 2024 to 2028."""
        # the data's seasons are November to February, March to May, June to August, September and October
        days = {"wint": 120, "spri": 92, "summ": 92, "fall": 61}
        sums = defaultdict(float)
        for r in read_rows(self.energy / "reeds" / "climate_HDD_CDD_HadGEM2_rcp45.csv.gz"):
            if r["ddtype"] == "cdd" and 2024 <= int(r["t"]) <= 2028:
                sums[r["r"], r["szn"]] += float(r["Value"]) / 5 / days[r["szn"]]
        mix = ({"wint": 2, "spri": 1}, {"spri": 2, "summ": 1}, {"summ": 2, "fall": 1}, {"fall": 1, "wint": 2})
        return {z: [sum(n * sums[z, s] for s, n in m.items()) / 3 for m in mix] for z, _ in sums}

    def _cost_multipliers(self):
        """state -> mean location factor of a 430 MW plant (EIA), as a measure of local construction cost."""
        states = {r["NAME"]: r["ABBR"] for r in STATES}
        factors = defaultdict(list)
        for r in read_rows(self.energy / "locational_multipliers" / "natural-gas-430mw.csv"):
            state = "NM" if r["City"].strip() == "Albuquerque" else "NY" if r["City"].strip() == "New York" else states.get(r["State"].strip())
            if state:
                factors[state].append(float(r["Location Variation"]))
        return {s: sum(f) / len(f) for s, f in factors.items()}


STATES = [dict(zip(("ABBR", "NAME"), pair.split(" ", 1))) for pair in (
    "AL Alabama;AZ Arizona;AR Arkansas;CA California;CO Colorado;CT Connecticut;DE Delaware;FL Florida;GA Georgia;ID Idaho;IL Illinois;IN Indiana;"
    "IA Iowa;KS Kansas;KY Kentucky;LA Louisiana;ME Maine;MD Maryland;MA Massachusetts;MI Michigan;MN Minnesota;MS Mississippi;MO Missouri;MT Montana;"
    "NE Nebraska;NH New Hampshire;NJ New Jersey;NM New Mexico;NY New York;NV Nevada;NC North Carolina;ND North Dakota;OK Oklahoma;OH Ohio;OR Oregon;"
    "PA Pennsylvania;RI Rhode Island;SC South Carolina;SD South Dakota;TN Tennessee;TX Texas;UT Utah;VT Vermont;VA Virginia;WA Washington;"
    "WV West Virginia;WI Wisconsin;WY Wyoming").split(";")]


def _inside(x, y, ring):
    """Even-odd rule."""
    inside = False
    for (x0, y0), (x1, y1) in zip(ring, ring[1:]):
        if (y0 > y) != (y1 > y) and x < (x1 - x0) * (y - y0) / (y1 - y0) + x0:
            inside = not inside
    return inside


def site_row(place, f):
    county = place.counties.find(f["state"], f["county"])
    latitude, longitude = float(f["latitude"]), float(f["longitude"])
    zone = place.zone(latitude, longitude, county)
    base, slope, water = COOLING[f["cooling"]]
    pue = [round(base + slope * cdd, 3) for cdd in place.cooling_days[county["reeds"]]]
    local = place.cost[f["state"]] * FACTOR[f["construction_template"]]
    sales, prop = TAX[f["state"]]
    source = (f["source"] + "; risk: FEMA National Risk Index; neighbours: PNNL IM3 (OSM); PUE and water: estimate from cooling degree-days (ReEDS climate); "
              "cost: Epoch AI x EIA location factor; taxes: Tax Foundation, Lincoln Institute (rounded); opening cost, gas limit: estimate")
    return [f["id"], f["name"], f["state"], f["county"], latitude, longitude, zone, f["developer"], f["status"], f["construction_template"],
            float(f["block_mw"]), int(f["most_blocks"]), int(f["most_starts_per_quarter"]), f["earliest_start"], f["choice"],
            float(f["opening_cost_usd_m"]), *(round(c * local, -1) for c in (CONSTRUCTION, CONSTRUCTION_LOW, CONSTRUCTION_HIGH)), f["cooling"], *pue, float(f["water_l_per_kwh"] or water),
            f["water_limit_ml_per_year"], float(f["gas_mw"]), round(county["risk"], 2), sales, prop, float(f["jobs_peak_per_mw"]),
            float(f["jobs_contract_per_mw"]), float(f["jobs_claim_per_mw"]), place.within(latitude, longitude, 50), source, f["as_of"], f["basis"]]


def market_steps(f, zone):
    name, managed, firm, cost, hours = next(MARKET[p] for p in sorted(MARKET, key=len, reverse=True) if zone.startswith(p))
    power = float(f["block_mw"]) * int(f["most_blocks"]) * FACILITY_PER_IT
    for step, (kind, share, later) in enumerate(STEPS, 1):
        wait = managed if kind == "managed" else firm + later
        yield [f["id"], step, kind, round(share * power, -1), cost * (0.8 if kind == "managed" else 1.0), f["earliest_start"], wait,
               hours if kind == "managed" else 0, f"estimate: waits and cost of {name} (tools/make_sites.py); power: 1.4 x IT (Epoch AI)", "2026-06-01", "estimate"]


def main():
    place = Place(shared_folder(__doc__))
    facts = read_rows(HERE / "site_facts.csv")
    sites = [site_row(place, f) for f in facts]
    steps = [list(r.values()) for r in read_rows(HERE / "own_connections.csv")]
    for f, site in zip(facts, sites):
        if f["grid"] == "market":
            steps += market_steps(f, site[6])
    source = ["source", "as_of", "basis"]
    write_table("sites", "Candidate campuses; facts in tools/site_facts.csv. Made by tools/make_sites.py.",
                ["id", "name", "state", "county", "latitude", "longitude", "zone", "developer", "status", "construction_template", "block_mw", "most_blocks",
                 "most_starts_per_quarter", "earliest_start", "choice", "opening_cost_usd_m", "construction_usd_per_kw", "construction_usd_per_kw_low",
                 "construction_usd_per_kw_high", "cooling", "pue_winter", "pue_spring", "pue_summer", "pue_autumn", "water_l_per_kwh", "water_limit_ml_per_year",
                 "gas_limit_mw", "risk_index", "sales_tax", "property_tax_per_year", "construction_jobs_peak_per_mw", "permanent_jobs_per_mw_contract",
                 "permanent_jobs_per_mw_claim", "existing_datacenters_50km", *source], sites)
    write_table("interconnection", "Grid connections in steps. Made by tools/make_sites.py.",
                ["site", "step", "kind", "mw", "cost_usd_per_kw", "earliest", "lead_quarters", "curtailed_hours_per_year", *source], steps)
    states = {s[2] for s in sites}
    print(f"{len(sites)} sites in {len(states)} states, {sum(s[10] * s[11] for s in sites) / 1000:.1f} GW of IT; "
          f"PUE in summer {number(min(s[22] for s in sites))} to {number(max(s[22] for s in sites))}")


if __name__ == "__main__":
    main()
