#!/usr/bin/env python3
"""Makes the tables of the grid: zones, lines, representative_days, profiles, existing_fleet and fuel_prices."""

import gzip
import json
from collections import defaultdict

from geography import DIVISION, ZONES, ZONE_OF_REEDS, Counties
from tables import TO_2025_USD, read_rows, shared_folder, write_table

NAMES = {
    "BASN": ("Great Basin (Idaho, Nevada, Utah)", "WECC"), "CANO": ("California north", "CAISO"),
    "CASO": ("California south", "CAISO"), "FRCC": ("Florida peninsula", "FRCC"), "ISNE": ("New England", "ISO-NE"),
    "MISC": ("MISO central", "MISO"), "MISE": ("MISO east (lower Michigan)", "MISO"), "MISS": ("MISO south", "MISO"),
    "MISW": ("MISO west", "MISO"), "NWPP": ("Northwest", "WECC"), "NYCW": ("New York City and Long Island", "NYISO"),
    "NYUP": ("New York upstate", "NYISO"), "PJMC": ("PJM Commonwealth Edison", "PJM"), "PJMD": ("PJM Dominion", "PJM"),
    "PJME": ("PJM east", "PJM"), "PJMW": ("PJM west", "PJM"), "RMRG": ("Rockies", "WECC"),
    "SPPC": ("SPP central (Kansas, west Missouri)", "SPP"), "SPPN": ("SPP north", "SPP"), "SPPS": ("SPP south", "SPP"),
    "SRCA": ("SERC Carolinas", "SERC"), "SRCE": ("SERC central (Tennessee, Kentucky)", "SERC"),
    "SRSE": ("SERC southeast", "SERC"), "SRSG": ("Southwest (Arizona, New Mexico)", "WECC"),
    "TRE": ("ERCOT main", "ERCOT"), "TREW": ("ERCOT west and panhandle", "ERCOT"),
}
# estimate: transmission and other charges of a large industrial customer, by market (FERC and ERCOT tariffs, rounded)
DELIVERY = {"ERCOT": 6, "SPP": 7, "MISO": 9, "PJM": 12, "SERC": 9, "WECC": 11, "CAISO": 26, "NYISO": 18, "ISO-NE": 20, "FRCC": 12}
# annual demand of EIA-930 regions that zones are scaled to; regions whose borders cut zones are taken together
EIA_GROUPS = {
    ("CAL",): ["CANO", "CASO"], ("CAR",): ["SRCA"], ("CENT",): ["SPPN", "SPPC", "SPPS"], ("FLA",): ["FRCC"],
    ("MIDA",): ["PJMC", "PJMD", "PJME", "PJMW"], ("MIDW", "TEN"): ["MISC", "MISE", "MISS", "MISW", "SRCE"], ("NE",): ["ISNE"],
    ("NW", "SW"): ["NWPP", "BASN", "RMRG", "SRSG"], ("NY",): ["NYUP", "NYCW"], ("SE",): ["SRSE"], ("TEX",): ["TRE", "TREW"],
}
GROWTH_2024_TO_2025 = 1.02  # estimate: EIA Short-Term Energy Outlook, US consumption in 2025
SEASONS = ["winter", "spring", "summer", "autumn"]
SEASON_OF_MONTH = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]
MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
PEAK_DAYS, SEASON_DAYS = 6, 91.25
UTC_MINUS_EST = 5
# the seven US sites of the programme (facility MW, Epoch AI August 2026): their load is in the forecasts and is taken out
PROGRAMME_MW = {"TX": 1180 + 1960 + 1200, "OH": 300, "NM": 2450, "MI": 1383, "WI": 1300}
# of these what utilities have agreed to connect: headroom that no other customer can take, before 2025 and in the four years after
CONTRACTED_BEFORE_MW = {"TREW": 1200}
CONTRACTED_MW = {"TREW": 1540, "TRE": 900, "PJMW": 300, "MISE": 1383, "MISW": 1300, "SRSG": 200}

TECHNOLOGY = {  # EIA technology -> (ours, kind)
    "Nuclear": "nuclear", "Conventional Steam Coal": "coal", "Coal Integrated Gasification Combined Cycle": "coal",
    "Petroleum Coke": "coal", "Natural Gas Fired Combined Cycle": "gas_cc", "Natural Gas Fired Combustion Turbine": "gas_peaker",
    "Natural Gas Internal Combustion Engine": "gas_peaker", "Natural Gas Steam Turbine": "gas_peaker",
    "Natural Gas with Compressed Air Storage": "gas_peaker", "Other Natural Gas": "gas_peaker", "Other Gases": "gas_peaker",
    "Petroleum Liquids": "oil", "Conventional Hydroelectric": "hydro", "Run of River Hydroelectric": "hydro",
    "Hydroelectric Pumped Storage": "pumped_storage", "Batteries": "battery", "Flywheels": "battery",
    "Onshore Wind Turbine": "wind", "Offshore Wind Turbine": "wind", "Solar Photovoltaic": "solar",
    "Solar Thermal with Energy Storage": "solar", "Solar Thermal without Energy Storage": "solar",
    "Geothermal": "bio_geo", "Landfill Gas": "bio_geo", "Municipal Solid Waste": "bio_geo", "Other Waste Biomass": "bio_geo",
    "Wood/Wood Waste Biomass": "bio_geo", "All Other": "bio_geo",
}
# kind, fuel, availability by season, capacity credit.
# estimate: NERC GADS forced outage rates, and maintenance in the middle of spring and autumn (their peaks in June and December see little); class averages of PJM's and MISO's accreditation.
FLEET = {
    "nuclear": ("thermal", "uranium", (0.97, 0.90, 0.97, 0.89), 0.95), "coal": ("thermal", "coal", (0.85, 0.80, 0.87, 0.80), 0.85),
    "gas_cc": ("thermal", "natural_gas", (0.91, 0.87, 0.90, 0.88), 0.88), "gas_peaker": ("thermal", "natural_gas", (0.88, 0.87, 0.88, 0.87), 0.82),
    "oil": ("thermal", "fuel_oil", (0.80, 0.78, 0.80, 0.78), 0.78), "bio_geo": ("thermal", "biomass", (0.80, 0.76, 0.80, 0.76), 0.75),
    "hydro": ("hydro", "", None, 0.60), "pumped_storage": ("storage", "", (0.92, 0.88, 0.92, 0.88), 0.90),
    "battery": ("storage", "", (0.95, 0.95, 0.95, 0.95), 0.60), "wind": ("wind", "", (1, 1, 1, 1), 0.20), "solar": ("solar", "", (1, 1, 1, 1), 0.25),
}
IN_SERVICE_BY, STAYS_UNTIL, SMALLEST_MW = 2027, 2028, 60
# estimate: part of the ReEDS zone p127 (New York without Long Island) that lies in the city, by technology
NEW_YORK_CITY = {"gas_cc": 0.33, "gas_peaker": 0.65, "oil": 0.30, "battery": 0.15}
# estimate: what the other customers' suppliers add for their own growth, a year ahead of 2030, as gas plant between peaker and combined cycle
PLANNED_UNTIL, PLANNED_HEAT_RATE = 2031, 7.8


class Raw:
    """The hourly and unit data, on one clock (Eastern Standard Time, 8,736 hours from 1 January)."""

    def __init__(self, shared):
        self.energy = shared / "data" / "energy"
        self.order = [r[""] for r in read_rows(self.energy / "us26" / "Capacity_reserve_margin.csv.gz")]
        self.counties = Counties(shared)
        self.ipm = defaultdict(list)
        for r in read_rows(self.energy / "us26" / "zone_regions.csv"):
            self.ipm[r["zone"]].append(r["ipm_region"])
        self.centre = self._centres()
        self.hydro, self.wind, self.solar = (self._profile(k) for k in ("hydro", "wind", "solarpv"))
        self.load = self._load()

    def _centres(self):
        """Centre of the largest polygon of each zone."""
        centres = {}
        with gzip.open(self.energy / "us26" / "zones.geojson.gz", "rt") as file:
            for feature in json.load(file)["features"]:
                shape = feature["geometry"]["coordinates"]
                rings = [shape[0]] if feature["geometry"]["type"] == "Polygon" else [p[0] for p in shape]
                best = max((_area_and_centre(ring) for ring in rings), key=lambda a: a[0])
                name = next(v for v in feature["properties"].values() if v in ZONES)
                centres[name] = (best[2], best[1])
        return centres

    def _profile(self, kind):
        """zone -> hourly capacity factor: mean of the zone's regions; a zone without plants takes the nearest with some."""
        rows = read_rows(self.energy / "profiles" / f"existing_{kind}.csv.gz")
        hours = [rows[(h + UTC_MINUS_EST) % len(rows)] for h in range(8736)]
        regions = {z: [r for r in self.ipm[z] if r in rows[0] and any(float(h[r]) > 0 for h in rows[::7])] for z in ZONES}
        taken = {}
        for z in ZONES:
            near = min((o for o in ZONES if regions[o]), key=lambda o: sum((a - b) ** 2 for a, b in zip(self.centre[z], self.centre[o])))
            taken[z] = regions[z] or regions[near]
            if not regions[z]:
                print(f"{kind}: {z} has no plants, takes {near}")
        return {z: [sum(float(h[r]) for r in taken[z]) / len(taken[z]) for h in hours] for z in ZONES}

    def _load(self):
        """Hourly load net of rooftop solar, scaled so that each EIA-930 region has its demand of 2025."""
        rows = read_rows(self.energy / "us26" / "Load_data.csv.gz")
        rooftop = {r["region"]: float(r["Existing_Cap_MW"]) for r in read_rows(self.energy / "us26" / "Generators_data.csv.gz")
                   if r["technology"] == "distributed_generation"}
        load = {z: [float(r[f"Load_MW_z{i}"]) - rooftop[z] * self.solar[z][h] for h, r in enumerate(rows)] for i, z in enumerate(self.order, 1)}
        for regions, zones in EIA_GROUPS.items():
            seen = sum(float(r["cleaned demand (MW)"] or 0) for region in regions
                       for r in read_rows(self.energy / "eia930" / f"{region}.csv.gz") if r["date_time"].startswith("2024")) * 364 / 366
            factor = seen * GROWTH_2024_TO_2025 / sum(sum(load[z]) for z in zones)
            print(f"load of {'+'.join(regions)}: scaled by {factor:.3f}")
            for z in zones:
                load[z] = [factor * v for v in load[z]]
        return load


def _area_and_centre(ring):
    area = x = y = 0.0
    for (x0, y0), (x1, y1) in zip(ring, ring[1:]):
        cross = x0 * y1 - x1 * y0
        area, x, y = area + cross, x + (x0 + x1) * cross, y + (y0 + y1) * cross
    return abs(area), x / (3 * area), y / (3 * area)


def fleet_rows(raw, growth, margins):
    """Units in service or under construction that stay, by zone and technology; small groups are left out."""
    reeds = {r["plant_id"]: r["region"] for r in read_rows(raw.energy / "fleet" / "plant_region_map.csv.gz")}
    groups, left_out = defaultdict(list), 0.0
    for unit in read_rows(raw.energy / "fleet" / "reeds_generators_transformed.csv.gz"):
        mw = float(unit["capacity_mw"] or 0)
        zone = ZONE_OF_REEDS.get(reeds[unit["plant_id"]])
        if not zone or mw <= 0 or float(unit["operating_year"] or 0) > IN_SERVICE_BY or float(unit["retirement_year"] or 9999) < STAYS_UNTIL:
            continue
        technology = TECHNOLOGY[unit["technology"]]
        city = NEW_YORK_CITY.get(technology, 0.0) if reeds[unit["plant_id"]] == "p127" else 0.0
        groups[zone, technology].append(((1 - city) * mw, unit))
        if city:
            groups["NYCW", technology].append((city * mw, unit))
    rows = []
    for (zone, technology), units in sorted(groups.items()):
        mw = sum(m for m, _ in units)
        smallest = SMALLEST_MW if technology not in ("oil", "bio_geo") else 10 * SMALLEST_MW
        if mw < smallest:
            left_out += mw
            continue
        kind, fuel, available, credit = FLEET[technology]
        if kind == "hydro":
            available = tuple(season_mean(raw.hydro[zone], s) for s in range(4))

        def mean(column):
            known = [(m, float(u[column])) for m, u in units if u[column] not in ("", None)]
            return sum(m * v for m, v in known) / sum(m for m, _ in known) if known else 0.0

        hours, efficiency = 0.0, 1.0
        if kind == "storage":
            energy = sum(float(u["capacity_mwh"] or 0) for _, u in units if u["capacity_mwh"])
            hours = 8.0 if technology == "pumped_storage" else max(1.0, energy / mw)
            efficiency = 0.80 if technology == "pumped_storage" else 0.85
        heat_rate = mean("heat_rate_mmbtu_mwh") if fuel else 0.0
        if technology == "nuclear":
            heat_rate = heat_rate or 10.45
        if technology == "bio_geo":
            heat_rate = min(heat_rate or 13.5, 16.0)
        rows.append([f"{zone.lower()}_{technology}", zone, technology, kind, fuel, round(mw, 1), round(heat_rate, 3),
                     round(max(mean("vom_per_mwh"), 0.0), 2), *(round(a, 3) for a in available), round(hours, 2), efficiency, credit,
                     "EIA-860/923 units as carried in PowerGenome-data (MIT); merged by tools/make_grid.py; "
                     + ("availability from PowerGenome hydro profiles" if kind == "hydro" else "availability and capacity credit: estimate (NERC GADS; PJM and MISO classes)"),
                     "2026-06-01", "reported"])
    for zone in ZONES:
        mw = max(raw.load[zone]) * ((1 + growth[zone]) ** (PLANNED_UNTIL - 2025) - 1) * (1 + margins[zone])
        kind, fuel, available, credit = FLEET["gas_peaker"]
        if mw >= SMALLEST_MW:
            mw /= available[2]
            rows.append([f"{zone.lower()}_planned", zone, "planned_gas", kind, fuel, round(mw, 1), PLANNED_HEAT_RATE, 4.0, *available, 0.0, 1.0, credit,
                         "estimate: the other load's growth to 2030 and its reserve margin, built by its own suppliers (docs/data.md)", "2026-06-01", "estimate"])
    print(f"fleet: {sum(r[5] for r in rows) / 1000:.0f} GW in {len(rows)} rows, {left_out:.0f} MW in small groups left out")
    return rows


def season_hours(season):
    start = 24 * sum(d for d, s in zip(MONTH_DAYS, SEASON_OF_MONTH) if s < season)
    length = 24 * sum(d for d, s in zip(MONTH_DAYS, SEASON_OF_MONTH) if s == season)
    return range(start, min(start + length, 8736))


def season_mean(series, season):
    hours = season_hours(season)
    return sum(series[h] for h in hours) / len(hours)


def pick_days(raw, fleet):
    """Per season the day nearest to its mean (load, wind and sun of all zones) and that of the highest national net load."""
    capacity = defaultdict(float)
    for r in fleet:
        capacity[r[1], r[3]] += r[5]
    net = [sum(raw.load[z][h] - capacity[z, "wind"] * raw.wind[z][h] - capacity[z, "solar"] * raw.solar[z][h] for z in ZONES) for h in range(8736)]
    scale = {z: sum(raw.load[z]) / 8736 for z in ZONES}
    picked = []
    for season in range(4):
        days = [range(h, h + 24) for h in season_hours(season)[::24]]
        peak = max(days, key=lambda d: max(net[h] for h in d))
        shapes = {}
        for d in days:
            shapes[d] = [v for z in ZONES for v in (
                *(raw.load[z][h] / scale[z] for h in d), *(0.5 * raw.wind[z][h] for h in d), *(0.5 * raw.solar[z][h] for h in d))]
        centre = [sum(values) / len(days) for values in zip(*shapes.values())]
        typical = min((d for d in days if d != peak), key=lambda d: sum((a - b) ** 2 for a, b in zip(shapes[d], centre)))
        picked += [(season, "typical", typical), (season, "peak", peak)]
        print(f"{SEASONS[season]}: typical day {typical[0] // 24 + 1}, peak day {peak[0] // 24 + 1} with net load {max(net[h] for h in peak) / 1000:.0f} GW")
    return picked


def profile_rows(raw, picked):
    """The days hour by hour. A typical day is scaled by zone so that season means of load, wind and sun are kept."""
    rows = []
    for season, kind, day in picked:
        peak = next(d for s, k, d in picked if s == season and k == "peak")
        for zone in ZONES:
            columns = []
            for series, top in ((raw.load[zone], None), (raw.wind[zone], 1.0), (raw.solar[zone], 1.0)):
                values = [series[h] for h in day]
                if kind == "typical":
                    want = (SEASON_DAYS * season_mean(series, season) - PEAK_DAYS * sum(series[h] for h in peak) / 24) / (SEASON_DAYS - PEAK_DAYS)
                    values = scaled_to_mean(values, want, top)
                columns.append(values)
            rows += [[zone, f"{SEASONS[season]}_{kind}", hour, round(load, 1), round(wind, 4), round(sun, 4)]
                     for hour, (load, wind, sun) in enumerate(zip(*columns))]
    return rows


def scaled_to_mean(values, want, top):
    """Values times one factor (between 0.25 and 4) so that their mean is `want`; what exceeds `top` is cut and made up for."""
    factor = 1.0
    for _ in range(40):
        mean = sum(min(v * factor, top or 1e12) for v in values) / len(values)
        factor = min(max(factor * want / mean, 0.25), 4.0) if mean > 0 else 1.0
    return [min(v * factor, top or 1e12) for v in values]


def growth_and_headroom(raw):
    """zone -> growth of the other load a year, headroom at the start, its growth a year (rules: docs/data.md)."""
    shares = raw.counties.zone_shares()
    reeds = raw.energy / "reeds"
    energy = {}
    for r in read_rows(reeds / "load_EIA_loadbystate.csv.gz"):
        energy[r["st"]] = float(r["MWh"])  # rows are in order of years: the last one stays
    multiplier = {(r["r"], r["year"]): float(r["multiplier"]) for r in read_rows(reeds / "load_demand_AEO_2026_baseline.csv.gz")}
    centres = {r["state"]: r for r in read_rows(raw.energy / "datacentre_load_by_state.csv")}

    growth, weight, centre_growth = defaultdict(float), defaultdict(float), defaultdict(float)
    for state, zones in shares.items():
        row = centres.get(state)
        medium = float(row["load_2030_medium_mw"]) - float(row["load_2026_medium_mw"]) if row else 0.0
        high = float(row["load_2030_high_mw"]) - float(row["load_2026_medium_mw"]) if row else 0.0
        own = PROGRAMME_MW.get(state, 0.0)
        rate = (multiplier.get((state, "2030"), 1) / multiplier.get((state, "2025"), 1)) ** 0.2 - 1
        rate *= 1 - min(0.5, own / medium if medium > 0 else 0.0)
        for zone, share in zones.items():
            growth[zone] += energy.get(state, 0) * share * rate
            weight[zone] += energy.get(state, 0) * share
            centre_growth[zone] += share * max(high - own, 0.0) / 4
    queue = defaultdict(float)  # firm MW a year that the interconnection queue could bring, 2026-2030
    for r in read_rows(reeds / "capacity_exogenous_interconnection_queues.csv.gz"):
        county = raw.counties.rows.get(r["r"].removeprefix("p").zfill(5))
        credit = {"gas": 0.88, "nuclear": 0.95, "battery": 0.5, "hydro": 0.6, "coal": 0.8}.get(r["tg"], 0.0)
        if county and county["zone"] and credit:
            queue[county["zone"]] += credit * (float(r["2030"]) - float(r["2026"])) / 4
    result = {}
    for zone in ZONES:
        peak = max(raw.load[zone])
        start = 0.015 * peak + CONTRACTED_BEFORE_MW.get(zone, 0.0)
        yearly = 0.30 * centre_growth[zone] + min(0.03 * queue[zone], 0.01 * peak) + CONTRACTED_MW.get(zone, 0.0) / 4
        result[zone] = (growth[zone] / weight[zone], round(start, -1), round(yearly, -1))
    print(f"headroom: {sum(r[1] for r in result.values()) / 1000:.1f} GW at the start, {sum(r[2] for r in result.values()) / 1000:.1f} GW a year more")
    return result


def reserve_margins(raw):
    margins = {}
    for r in read_rows(raw.energy / "us26" / "Capacity_reserve_margin.csv.gz"):
        margins[r[""]] = max(float(v) for k, v in r.items() if k.startswith("CapRes"))
    return margins


def zone_rows(raw, grown, margins):
    shares = raw.counties.zone_shares()
    rows = []
    for zone in ZONES:
        name, region = NAMES[zone]
        states = sorted(s for s, zs in shares.items() if zs.get(zone, 0) > 0.02)
        latitude, longitude = raw.centre[zone]
        growth, headroom, more = grown[zone]
        rows.append([zone, name, region, ";".join(states), round(latitude, 2), round(longitude, 2), margins[zone], round(growth, 4), headroom, more,
                     DELIVERY[region],
                     "zones and margins: us26 (MIP_results_comparison); growth: AEO 2026 by state (ReEDS inputs) without the programme's sites; "
                     "headroom: estimate from peak load, EPRI 2030 forecast, queue and contracts (docs/data.md); delivery: estimate by market",
                     "2026-06-01", "estimate"])
    return rows


def line_rows(raw):
    rows = []
    for r in read_rows(raw.energy / "us26" / "Network.csv.gz"):
        path, mw = r["transmission_path_name"], float(r["Line_Max_Flow_MW"] or 0)
        if not path or mw <= 0:
            continue
        a, b = path.split("_to_")
        cost = float(r["Line_Reinforcement_Cost_per_MW"]) * TO_2025_USD[2020] / 1000
        rows.append([f"{a.lower()}_{b.lower()}", a, b, mw, float(r["Line_Loss_Percentage"]), round(cost), round(max(0.5 * mw, 300)), 24,
                     "capacity, loss and cost: us26 (MIP_results_comparison, from ReEDS), 2020 USD x 1.25; "
                     "expansion limit and time: estimate, half of today's capacity in existing corridors in 6 years (new lines take 8 to 12)",
                     "2023-12-31", "reported"])
    return rows


def fuel_price_rows(raw):
    rows = []
    gas = {r["year"]: r for r in read_rows(raw.energy / "reeds" / "fuelprices_ng_AEO_2026_baseline.csv.gz")}
    for zone in ZONES:
        for year in range(2025, 2036):
            rows.append(["natural_gas", zone, year, round(float(gas[str(year)][DIVISION[zone]]), 2),
                         f"AEO 2026 baseline, electric power, {DIVISION[zone].replace('_', ' ')} (ReEDS inputs); taken as 2025 USD", "2026-06-01", "projection"])
    others = defaultdict(list)
    for r in read_rows(raw.energy / "fleet" / "fuel_prices.csv.gz"):
        if r["scenario"] == "reference" and r["year"] in ("2025", "2030", "2035") and r["fuel"] != "naturalgas" and float(r["price"]) > 0:
            others[r["fuel"], ZONE_OF_REEDS.get(r["region"]), r["year"]].append(float(r["price"]))
    scale = TO_2025_USD[2024]
    for zone in ZONES:
        for year in ("2025", "2030", "2035"):
            prices = others["coal", zone, year]
            if prices:
                rows.append(["coal", zone, int(year), round(scale * sum(prices) / len(prices), 2),
                             "AEO 2025 reference (PowerGenome-data), mean of the zone's regions, 2024 USD x 1.025", "2025-04-15", "projection"])
    for fuel, source in (("uranium", "uranium"), ("fuel_oil", "distillate"), ("coal", "coal")):
        for year in ("2025", "2030", "2035"):
            prices = [p for (f, _, y), ps in others.items() if f == source and y == year for p in ps]
            rows.append([fuel, "", int(year), round(scale * sum(prices) / len(prices), 2),
                         "AEO 2025 reference (PowerGenome-data), mean of all regions, 2024 USD x 1.025", "2025-04-15", "projection"])
    rows.append(["biomass", "", 2025, 2.5, "estimate: wood and waste fuel about 2-3 USD/MMBtu (EIA Electric Power Annual)", "2025-01-01", "estimate"])
    return rows


def check_alignment(raw):
    """Solar noon against the sun: hours late on the Eastern clock should be (-75 - longitude) / 15 beyond noon."""
    worst = 0.0
    for zone in ZONES:
        series = raw.solar[zone]
        centre = sum((h % 24 + 0.5) * v for h, v in enumerate(series)) / sum(series)
        due = 12 + (-75 - raw.centre[zone][1]) / 15
        worst = max(worst, abs(centre - due))
        print(f"  {zone}: middle of the solar day {centre:5.2f} h EST, the sun's {due:5.2f} h; peak load hour in summer "
              f"{max(range(24), key=lambda h: sum(raw.load[zone][d * 24 + h] for d in range(181, 273)))} h EST")
    print(f"solar noon: worst difference {worst:.2f} h")


def main():
    raw = Raw(shared_folder(__doc__))
    check_alignment(raw)
    margins, grown = reserve_margins(raw), growth_and_headroom(raw)
    fleet = fleet_rows(raw, {zone: g for zone, (g, _, _) in grown.items()}, margins)
    picked = pick_days(raw, fleet)
    source = ["source", "as_of", "basis"]
    write_table("existing_fleet", "Generation and storage in service or under construction for 2027 that stays until 2028 or later, and what other customers' suppliers\n"
                "must add for their own growth. Made by tools/make_grid.py.",
                ["id", "zone", "technology", "kind", "fuel", "capacity_mw", "heat_rate_mmbtu_per_mwh", "variable_usd_per_mwh", "available_winter",
                 "available_spring", "available_summer", "available_autumn", "storage_hours", "round_trip", "capacity_credit", *source], fleet)
    write_table("representative_days", "Days of one weather year. Made by tools/make_grid.py.", ["id", "season", "kind", "days", *source],
                [[f"{SEASONS[s]}_{k}", s + 1, k, SEASON_DAYS - PEAK_DAYS if k == "typical" else PEAK_DAYS,
                  f"us26 load and PowerGenome profiles, day {d[0] // 24 + 1} of the year; "
                  + ("nearest to the season's mean, scaled by zone to keep its energy" if k == "typical" else "highest national net load of the season"),
                  "2023-12-31", "estimate"] for s, k, d in picked])
    write_table("profiles", "Hours are Eastern Standard Time in all zones. Load: us26 scaled to the demand of 2025 (EIA-930), net of rooftop solar.\n"
                "Wind and sun: mean of existing plants (PowerGenome, MIT), one weather year. Made by tools/make_grid.py.",
                ["zone", "day", "hour", "load_mw", "wind", "solar"], profile_rows(raw, picked))
    write_table("zones", "Zones of the study us26. Made by tools/make_grid.py.",
                ["id", "name", "region", "states", "latitude", "longitude", "reserve_margin", "load_growth_per_year", "headroom_mw",
                 "headroom_growth_mw_per_year", "delivery_usd_per_mwh", *source], zone_rows(raw, grown, margins))
    write_table("lines", "Ties between zones. Made by tools/make_grid.py.",
                ["id", "from_zone", "to_zone", "capacity_mw", "loss", "expansion_usd_per_kw", "most_expansion_mw", "lead_quarters", *source], line_rows(raw))
    write_table("fuel_prices", "2025 USD. Made by tools/make_grid.py.", ["fuel", "zone", "year", "usd_per_mmbtu", *source], fuel_price_rows(raw))


if __name__ == "__main__":
    main()
