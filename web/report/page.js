// The page: what is said first, and the order of its parts.

const palette = Array.from({ length: 9 }, (_, i) => `c${i + 1}`);
const p = about.programme;
const full = about.full ?? lastBuilding;

/// The largest by `of`, and the rest as one series, so that a stack stays readable.
function largest(series, kept, restName) {
  const ordered = [...series].sort((a, b) => most(b.values) - most(a.values)).filter((one) => most(one.values) > 0);
  if (ordered.length <= kept + 1) return ordered;
  const rest = ordered.slice(kept);
  return [...ordered.slice(0, kept), { name: `${rest.length} ${restName}`, values: addSeries(rest.map((one) => one.values)), rest: true, parts: rest }];
}
const toned = (series) => series.map((one, i) => ({ ...one, tone: one.tone ?? (one.rest ? "c-rest" : palette[i % palette.length]) }));
const gw = (v) => mw(v);

function howSure() {
  const bound = { optimal: "optimal", done: "finished", interrupted: "interrupted: the best plan so far" }[about.status] ?? about.status;
  return about.gap === null ? bound : about.gap < 5e-5 ? "no better plan exists within these rules and data" : `at most ${percent(about.gap, about.gap < 0.001 ? 2 : 1)} better is possible`;
}

function lede() {
  const entered = statesEntered(lastQuarter);
  const first = chosenSites.filter((site) => site.opened !== undefined).sort((a, b) => a.opened - b.opened)[0];
  const available = most(money.available_usd_m), called = sum(p.draws_usd_m);
  if (!chosenSites.length) return h("p", { class: "lede" }, "The plan opens no site.");
  return h("p", { class: "lede" },
    `With ${usdInWords(available)} over ${about.build_quarters} quarters, the plan runs ${mw(p.it_mw[full])} of computing at ${plural(chosenSites.length, "site")} in ${plural(entered.size, "state")} by ${quarterName(full)}: ` +
    `${count(p.h100_equivalents[full])} H100-equivalents on ${mw(p.facility_mw[full])} of power. ` +
    (first ? `The first site is ${siteName(first)} in ${usMap.states[first.state]?.name ?? first.state}. ` : "") +
    `${usdInWords(called)} of the money is called. How sure: ${howSure()}.`);
}

function headline() {
  const jobs = data.jobs;
  const figures = [
    [mw(p.it_mw[full]), "IT power", `${quarterName(full)}, when all is in place`],
    [mw(p.facility_mw[full]), "Facility power", "at the peak of the year"],
    [count(p.h100_equivalents[full]), "H100-equivalents", `${count(p.chips[full])} accelerators`],
    [flops(p.effective_pflops[full]), "Effective compute", "after utilisation, failures and shedding"],
    [flops(most(p.largest_run_pflops)), "Largest training run", "effective, at the largest site"],
    [usdInWords(sum(p.draws_usd_m)), "Called from investors", `of ${usdInWords(most(money.available_usd_m))} available`],
    [count(most(jobs.construction)), "Construction jobs", "at the peak"],
    [about.gap === null ? "–" : percent(about.gap, about.gap < 0.001 ? 2 : 1), "Gap to the bound", `${capital(words(about.status))}; objective ${count(about.objective)}, bound ${count(about.bound)}`],
  ];
  return h("dl", { class: "headline" }, figures.map(([value, name, note]) => h("div", {}, h("dt", {}, name), h("dd", {}, value, h("small", {}, note)))));
}

function capacitySection() {
  const bySite = largest(chosenSites.map((site) => ({ name: `${siteName(site)}, ${site.state}`, values: site.facility_mw, given: site.committed })), 8, "more sites");
  const ready = addSeries(chosenSites.map((site) => site.ready_mw)), building = addSeries(chosenSites.map((site) => quarters.map((_, t) => underWay(site, t))));
  const installed = addSeries(chosenSites.map((site) => site.installed_mw));
  return [
    stackChart({ title: "Facility power by site", note: "Peak power of what runs, in the season’s climate.", series: toned(bySite), format: gw, height: 340 }),
    stackChart({ title: "IT power: built, filled and coming", note: "Racks fill ready buildings; buildings under construction come next.",
      series: [{ name: "Racks running", values: installed, tone: "c1" }, { name: "Ready, still empty", values: ready.map((v, t) => Math.max(0, v - installed[t])), tone: "c4" }, { name: "Under construction", values: building, tone: "c-rest" }], format: gw }),
  ];
}

function cashSection() {
  const called = largest(money.investors.map((i) => ({ name: i.name, values: runningSum(i.draws_usd_m) })), 7, "more investors");
  const spent = money.spending.map((c) => ({ name: c.name, values: c.funded_usd_m }));
  const costs = largest(spent.filter((c) => sum(c.values) >= 0), 6, "other costs"), credits = spent.filter((c) => sum(c.values) < 0).map((c) => ({ ...c, tone: "c8" }));
  return [
    stackChart({ title: "Money called, and money that could be", note: "All calls up to each quarter, by investor, under what the tranches make available.", series: toned(called),
      lines: [{ name: "Available", values: money.available_usd_m, tone: "ink" }], format: usd, height: 300 }),
    stackChart({ title: "What it is spent on, quarter by quarter", note: "In the quarter of payment: deposits at the order, the rest on delivery. From the programme’s money.", kind: "columns", series: [...toned(costs), ...credits], format: usd, height: 300 }),
  ];
}

function powerSection() {
  const { power } = data;
  const technologies = largest(power.technologies.map((k) => ({ name: k.name, values: k.mw })), 5, "other on-site technologies");
  const sources = [{ name: "Firm grid", values: power.firm_mw, tone: "c1" }, { name: "Managed grid", values: power.managed_mw, tone: "c4" },
    ...technologies.map((one, i) => ({ ...one, tone: ["c2", "c3", "c6", "c5", "c8", "c7"][i] }))].filter((one) => most(one.values) > 0);
  return [
    stackChart({ title: "Power secured against the peak requirement", note: "Connections and on-site plant in service. On-site plant counts for less than its rating where one unit must be able to fail.", series: sources,
      lines: [{ name: "Peak required", values: power.peak_mw, tone: "ink" }], format: gw, height: 320 }),
    h("div", { class: "pair" },
    stackChart({ title: "Energy used", note: "In each quarter.", series: [{ name: "From the grid", values: power.grid_gwh, tone: "c1" }, { name: "Made on site", values: power.onsite_gwh, tone: "c2" }].filter((one) => most(one.values) > 0), kind: "columns", format: (v) => scaled(v, [[1000, " TWh"], [1, " GWh"]]), height: 220 }),
    stackChart({ title: "Added emissions of CO₂", note: "In each quarter: on site, and of the grid beyond what it would emit without the programme.", kind: "columns", series: [{ name: "CO₂", values: p.co2_kt, tone: "p-coal" }], format: (v) => scaled(v, [[1000, " Mt"], [1, " kt"]]), height: 220 })),
  ];
}

function computeSection() {
  const systems = toned(largest(data.compute.systems.map((a) => ({ name: a.name, values: a.pflops })), 7, "other systems"));
  if (most(data.compute.cloud_pflops) > 0) systems.push({ name: "Cloud", values: data.compute.cloud_pflops, tone: "c9" });
  return [
    stackChart({ title: "Effective compute by system", note: "Peak rate times model FLOP utilisation times goodput, at the size of one training run, or the campus’ where that is smaller.", series: systems,
      lines: [{ name: "Largest single run", values: p.largest_run_pflops, tone: "ink", dash: "dashed" }], format: flops, height: 340 }),
    stackChart({ title: "H100-equivalents installed", series: [{ name: "H100-equivalents", values: p.h100_equivalents, tone: "c1" }], format: count, height: 220 }),
    systemsTable(),
  ];
}

function supplySection() {
  const { supply } = data;
  const group = (name, list, unit) => list.length ? [h("h3", {}, name), supplyCharts(list, unit)] : null;
  return [group("Systems: racks", supply.systems), group("Stages of chip supply", supply.stages), group("Long-lead equipment", supply.equipment, () => "MW")];
}

function jobsSection() {
  const { jobs } = data;
  const line = (name, values, tone, dash) => ({ name, values, tone, dash });
  return [stackChart({ title: "Jobs", note: "Construction jobs follow the power under construction. Permanent jobs stand twice: what contracts bind, and what is claimed.",
    series: [{ name: "Construction", values: jobs.construction, tone: "c2" }], lines: [line("Permanent, contract", jobs.permanent_contract, "ink", ""), line("Permanent, claim", jobs.permanent_claim, "ink", "dashed")].filter((one) => most(one.values) > 0), format: count, height: 240 })];
}

function methodSection() {
  const objective = { compute: "the most effective compute over time, discounted", cost: "the least present cost that meets the targets", value: "the most net present value at the price of compute" }[about.objective_kind] ?? about.objective_kind;
  return h("div", { class: "prose" },
    h("p", {}, `The plan is the answer to one optimisation problem: which sites to open and when, how many buildings to start, which racks, power plant, connections and supply expansions to order, what to rent and what to call from whom, so as to reach ${objective}. ` +
      "All rules hold together: money in every quarter, construction times, supply of chips and equipment, connections, headroom of the grid, hourly power on representative days, incentives, geography and limits."),
    h("p", {}, `It was solved as a mixed-integer linear programme of ${number(about.columns)} columns and ${number(about.rows)} rows, ${number(about.integers)} of the columns whole numbers${about.solver ? ` with ${about.solver}` : ""}. ` +
      `Its objective is ${count(about.objective)} ${about.unit}; no plan within these rules and data can pass ${count(about.bound)}. `,
      `Money is in constant US dollars of ${about.currency_year}; the discount rate is ${percent(about.discount_rate, 1)} a year. In the shaded quarters after building nothing new is ordered.`),
    h("h3", {}, "What it does not know"),
    h("ul", {},
      h("li", {}, "It plans as if all dates, costs and shares of supply came as stated: it is one future, not a range of them. Much of the data is estimate; the table above counts how much."),
      h("li", {}, "The grid is a set of zones with ties between them and a few representative days a season. Lines inside zones, voltages and faults are not modelled, so a connection that fits here still needs its study."),
      h("li", {}, "IT load is flat at the stated utilisation; shedding is the only flexibility within a day."),
      h("li", {}, "Utilisation and goodput of training are tables by system and cluster size. The largest run is that of the largest site; training across sites is not counted."),
      h("li", {}, "What a limit is worth holds for one more unit with the whole-number decisions kept; larger changes are worth solving again for."),
      h("li", {}, "Jobs are per MW: construction from the power under way, permanent from the power in operation. A claim is a claim.")),
    h("dl", { class: "proof" }, [["Status", about.status], ["Gap", about.gap === null ? "" : percent(about.gap, 3)], ["Seed", String(about.seed)], ["Program", `stargate ${about.version}`], ["Digest of the inputs", about.digest], ["Map", usMap.credit]]
      .filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])));
}

const dated = data.inputs.filter((t) => t.newest).map((t) => t.newest).sort();
const parts = [
  ["map", "Where and when", null, mapSection],
  ["schedule", "Schedule", null, scheduleChart],
  ["capacity", "Capacity", () => `${mw(p.it_mw[full])} of IT power runs by ${quarterName(full)}, at ${plural(chosenSites.length, "site")}.`, capacitySection],
  ["money", "Money", () => `${usdInWords(sum(p.draws_usd_m))} is called; the dearest quarter is ${quarterName(p.spending_usd_m.indexOf(most(p.spending_usd_m)))} with ${usdInWords(most(p.spending_usd_m))}.`, () => [cashSection(), h("h3", {}, "Sources and uses"), sourcesAndUses(), investorsTable(), incentivesTable()]],
  ["power", "Power", () => `The sites need ${mw(most(data.power.peak_mw))} at the peak.`, () => [powerSection(), h("h3", {}, "Hour by hour"), dispatchSection()]],
  ["compute", "Compute", () => `${flops(p.effective_pflops[full])} of effective compute; one training run can use up to ${flops(most(p.largest_run_pflops))}.`, computeSection],
  ["supply", "Supply", () => "Columns: what the plan takes in each quarter. Line: what there is for it, with the expansions that it buys.", supplySection],
  ["why", "Why this plan", data.reasons.worths.length ? () => "What holds it back, and what more of it would be worth." : null, worthsSection],
  ["jobs", "Jobs", () => `Up to ${count(most(data.jobs.construction))} people build at once.`, jobsSection],
  ["sites", "Every site", () => `${plural(chosenSites.length, "site")} of ${sites.length} candidates.`, decisionsTable],
  ["sources", "Where the figures come from", null, inputsSection],
  ["method", "Method and limits", null, methodSection],
];

const main = document.getElementById("report");
main.replaceChildren(
  lede(),
  about.same_inputs ? "" : h("p", { class: "warning", role: "alert" }, "This plan was made from other inputs than the programme it is shown with: names and limits may not fit."),
  h("p", { class: "byline" }, dated.length ? `Data up to ${dated.at(-1)}. ` : "", `Inputs ${about.digest.slice(0, 12) || "without digest"}. `, `Amounts in US dollars of ${about.currency_year}.`),
  headline(),
  h("nav", { "aria-label": "Parts of the plan" }, parts.map(([id, name]) => h("a", { href: `#${id}` }, name))),
  ...parts.map(([id, name, finding, make]) => h("section", { id, "aria-labelledby": `${id}-title` },
    h("header", {}, h("h2", { id: `${id}-title` }, name), finding && h("p", { class: "finding" }, finding())), [make()].flat(Infinity))));
