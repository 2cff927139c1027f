// Tables: money, decisions, what binds, alternatives, sources.

const { money } = data;
/// A share as a bar and in figures.
const shareCell = (share, digits = 0) => [bar(share), h("span", { class: "share" }, percent(share, digits))];
const bar = (share) => h("span", { class: "bar", style: { "--share": `${Math.max(0, Math.min(1, share)) * 100}%` } });

/// Sources and uses over the whole page; both sides add up to the same.
function sourcesAndUses() {
  const drawn = money.investors.map((i) => ({ name: i.name, usd_m: sum(i.draws_usd_m) })).filter((row) => row.usd_m !== 0);
  const paid = money.spending.map((c) => ({ name: c.name, usd_m: sum(c.funded_usd_m) })).filter((row) => row.usd_m !== 0);
  const credits = paid.filter((row) => row.usd_m < 0).map((row) => ({ name: row.name, usd_m: -row.usd_m }));
  const uses = paid.filter((row) => row.usd_m > 0);
  const sources = [...drawn, ...credits];
  const total = sum(sources.map((row) => row.usd_m)), used = sum(uses.map((row) => row.usd_m));
  const left = total - used;
  if (Math.abs(left) >= 0.5) (left > 0 ? uses : sources).push({ name: left > 0 ? "Cash left at the end" : "Not covered", usd_m: Math.abs(left), muted: true });
  const whole = Math.max(total, used, 1e-9);
  const columns = (head) => [
    { name: head, value: (row) => row.name }, { name: "Million USD", numeric: true, value: (row) => number(row.usd_m) },
    { name: "Share", numeric: true, value: (row) => shareCell(row.usd_m / whole, 1) }];
  const foot = ["Total", number(whole), percent(1, 1)];
  const byCustomers = money.spending.map((c) => ({ name: c.name, usd_m: sum(c.customers_usd_m) })).filter((row) => row.usd_m !== 0);
  return [h("div", { class: "pair" },
    tableOf("Sources", columns("From"), sources, { foot }), tableOf("Uses", columns("For"), uses, { foot })),
    byCustomers.length ? h("p", { class: "note" }, `Beside this, customers pay ${usd(sum(byCustomers.map((row) => row.usd_m)))} of running cost after the building horizon: ${listing(byCustomers.map((row) => `${row.name.toLowerCase()} ${usd(row.usd_m)}`))}.`) : null];
}

function investorsTable() {
  return tableOf("Who provides the money, and who answers for what", [
    { name: "Investor", value: (i) => i.name }, { name: "Role", value: (i) => i.role ?? "" }, { name: "Answers for", wide: true, value: (i) => i.answers_for ?? "" },
    { name: "Commitment", numeric: true, value: (i) => (i.commitment_usd_m === undefined ? "" : usd(i.commitment_usd_m)) },
    { name: "Called", numeric: true, value: (i) => usd(sum(i.draws_usd_m)) },
    { name: "of it", numeric: true, value: (i) => (i.commitment_usd_m ? shareCell(sum(i.draws_usd_m) / i.commitment_usd_m) : "") }],
    money.investors);
}

function incentivesTable() {
  const used = money.incentives.filter((i) => sum(i.received_usd_m) > 0), unused = money.incentives.filter((i) => !used.includes(i));
  const kinds = { capex_credit: "credit on capital cost", sales_tax: "sales tax waived", property_tax: "property tax waived" };
  const table = (caption, list) => tableOf(caption, [
    { name: "Incentive", value: (i) => i.name }, { name: "From", value: (i) => i.jurisdiction }, { name: "Kind", value: (i) => kinds[i.kind] ?? i.kind },
    { name: "Rate", numeric: true, value: (i) => percent(i.rate) }, { name: "Chance counted", numeric: true, value: (i) => percent(i.probability) },
    { name: "Window", short: true, value: (i) => `${i.starts.replace("-", " ")} to ${i.ends.replace("-", " ")}` }, { name: "Counted", numeric: true, value: (i) => usd(sum(i.received_usd_m)) },
    { name: "Claw-back", wide: true, value: (i) => i.claw_back ?? "" }], list);
  return [used.length ? table("Incentives used", used.sort((a, b) => sum(b.received_usd_m) - sum(a.received_usd_m))) : h("p", { class: "note" }, "The plan uses no incentive."),
    unused.length ? unfold(`${plural(unused.length, "incentive")} not used`, () => table("Incentives not used", unused)) : null];
}

function systemsTable() {
  return tableOf("Systems bought", [
    { name: "System", value: (a) => a.name }, { name: "Vendor", value: (a) => a.vendor }, { name: "Racks", numeric: true, value: (a) => number(a.racks) },
    { name: "Most chips at once", numeric: true, value: (a) => count(most(a.chips)) }, { name: "IT power", numeric: true, value: (a) => mw(a.mw) },
    { name: "Price paid", numeric: true, value: (a) => usd(a.usd_m) }, { name: "Share of it", numeric: true, value: (a) => shareCell(a.usd_m / sum(data.compute.systems.map((b) => b.usd_m))) }],
    [...data.compute.systems].sort((a, b) => b.usd_m - a.usd_m));
}

const readyQuarters = (site) => site.blocks.map((b) => b.ready);
function decisionsTable() {
  const ordered = [...sites].sort((a, b) => Number(b.chosen) - Number(a.chosen) || (a.opened ?? 0) - (b.opened ?? 0) || (a.name < b.name ? -1 : 1))
    .map((site) => ({ ...site, muted: !site.chosen }));
  const far = 1e6, of = (site, value) => (site.chosen ? value() : "");
  const rackUsd = (site) => sum(site.racks.map((r) => r.usd_m));
  return tableOf("Every site: what the plan decides", [
    { name: "Site", value: (v) => v.name, sort: (v) => v.name }, { name: "State", value: (v) => v.state, sort: (v) => v.state },
    { name: "Decision", short: true, value: (v) => (v.committed ? "given" : v.chosen ? "chosen" : v.choice === "forbidden" ? "forbidden" : "not chosen"), sort: (v) => (v.committed ? 0 : v.chosen ? 1 : 2) },
    { name: "Room for", numeric: true, value: (v) => (v.most_mw === undefined ? "" : mw(v.most_mw)), sort: (v) => v.most_mw ?? 0 },
    { name: "Work begins", short: true, value: (v) => (v.opened === undefined ? "" : quarterName(v.opened)), sort: (v) => v.opened ?? far },
    { name: "Buildings", numeric: true, value: (v) => of(v, () => number(sum(v.blocks.map((b) => b.blocks)))), sort: (v) => (v.chosen ? sum(v.blocks.map((b) => b.blocks)) : -1) },
    { name: "IT power", numeric: true, value: (v) => of(v, () => mw(most(v.ready_mw))), sort: (v) => (v.chosen ? most(v.ready_mw) : -1) },
    { name: "First ready", short: true, value: (v) => of(v, () => (v.blocks.length ? quarterName(Math.min(...readyQuarters(v))) : "")), sort: (v) => (v.chosen && v.blocks.length ? Math.min(...readyQuarters(v)) : far) },
    { name: "Last ready", short: true, value: (v) => of(v, () => (v.blocks.length ? quarterName(Math.max(...readyQuarters(v))) : "")), sort: (v) => (v.chosen && v.blocks.length ? Math.max(...readyQuarters(v)) : far) },
    { name: "Firm grid", numeric: true, value: (v) => of(v, () => mw(most(v.firm_mw))), sort: (v) => (v.chosen ? most(v.firm_mw) : -1) },
    { name: "Managed", numeric: true, value: (v) => of(v, () => mw(most(v.managed_mw))), sort: (v) => (v.chosen ? most(v.managed_mw) : -1) },
    { name: "On site", numeric: true, value: (v) => of(v, () => mw(most(v.onsite_mw))), sort: (v) => (v.chosen ? most(v.onsite_mw) : -1) },
    { name: "Racks", numeric: true, value: (v) => of(v, () => usd(rackUsd(v))), sort: (v) => (v.chosen ? rackUsd(v) : -1) },
    { name: "All capital", numeric: true, value: (v) => of(v, () => usd(v.capital_usd_m)), sort: (v) => (v.chosen ? v.capital_usd_m ?? 0 : -1) },
    { name: "Basis", value: (v) => v.basis ?? "", sort: (v) => v.basis ?? "" }], ordered, { sortable: true });
}

/// What binds: the dearest first, each in words.
function worthsSection() {
  const { worths, alternatives } = data.reasons;
  const ordered = [...worths].sort((a, b) => Math.abs(b.worth_usd_m) - Math.abs(a.worth_usd_m) || Math.abs(b.worth) - Math.abs(a.worth));
  const said = (w) => w.words || `One more ${w.unit} of ${[words(w.rule), w.what].filter(Boolean).join(", ")}${w.quarter ? ` in ${w.quarter.replace("-", " ")}` : ""} is worth ${usd(w.worth_usd_m)}.`;
  const table = (list, caption) => tableOf(caption, [
    { name: "Rule", value: (w) => capital(words(w.rule)), sort: (w) => w.rule }, { name: "Which", value: (w) => w.what ?? "", sort: (w) => w.what ?? "" },
    { name: "When", short: true, value: (w) => (w.quarter ?? "").replace("-", " "), sort: (w) => w.quarter ?? "" },
    { name: "Limit", numeric: true, value: (w) => `${number(w.limit, Math.abs(w.limit) < 100 && w.limit % 1 ? 1 : 0)}`, sort: (w) => w.limit ?? 0 }, { name: "Unit", value: (w) => w.unit },
    { name: "One more is worth", numeric: true, value: (w) => usd(w.worth_usd_m), sort: (w) => w.worth_usd_m ?? 0 }], list, { sortable: true });
  const top = ordered.slice(0, 10), largest = Math.max(1e-12, ...top.map((w) => Math.abs(w.worth_usd_m)));
  // By rule: how often it binds, and when.
  const rules = [...new Set(worths.map((w) => w.rule))].map((rule) => ({ rule, list: worths.filter((w) => w.rule === rule) })).sort((a, b) => b.list.length - a.list.length);
  const quarterSet = (list) => { const seen = new Set(list.map((w) => w.quarter)); return quarters.map((q) => seen.has(q)); };
  return [
    !worths.length ? h("p", { class: "note" }, "The plan states no binding limits.") : [
      h("ol", { class: "worths" }, top.map((w) => h("li", {}, h("span", { class: "words" }, said(w)), h("span", { class: "value" }, bar(Math.abs(w.worth_usd_m) / largest), usd(w.worth_usd_m), h("small", {}, ` per ${w.unit === "million USD" ? "$1 m" : w.unit}`))))),
      h("figure", { class: "calendar-figure" }, h("figcaption", {}, h("h3", {}, "Which rule binds, and when"), h("p", { class: "note" }, "Each square is a quarter; filled where at least one limit of the rule binds.")),
        h("div", { class: "calendar", role: "table", "aria-label": "Binding rules by quarter" }, rules.slice(0, 14).map(({ rule, list }) => {
          const when = quarterSet(list);
          return h("div", { role: "row" }, h("span", { role: "rowheader" }, capital(words(rule))), h("span", { role: "cell", class: "squares", "aria-label": listing(quarters.filter((_, t) => when[t])) || "no single quarter" },
            when.map((on, t) => h("i", { class: on ? "on" : null, title: quarterName(t) }))), h("small", { role: "cell" }, plural(list.length, "limit")));
        }))),
      worths.length > top.length ? unfold(`All ${worths.length} limits that bind`, () => table(ordered, "Limits that bind")) : null],
    alternatives.length ? [h("h3", {}, "The next-best plans"), h("p", { class: "note" }, "The plan solved again with one site taken out, or one put in, whole numbers relaxed in both: the loss is what that choice is worth."),
      tableOf("Alternatives", [
        { name: "Site", value: (a) => a.site, sort: (a) => a.site }, { name: "Change", value: (a) => (a.change === "without" ? "left out" : "put in"), sort: (a) => a.change },
        { name: "Loss", numeric: true, value: (a) => [bar(a.regret_percent / Math.max(1e-12, ...alternatives.map((b) => b.regret_percent))), `${number(a.regret_percent, 2)} %`], sort: (a) => a.regret_percent },
        { name: "In words", wide: true, value: (a) => a.words }], [...alternatives].sort((a, b) => a.regret_percent - b.regret_percent), { sortable: true })] : null,
  ];
}

const kindsOfBasis = ["contract", "measured", "reported", "claim", "projection", "estimate"];
function inputsSection() {
  const sourced = data.inputs.filter((t) => t.basis);
  const counts = (t, kind) => t.basis[kind] ?? 0;
  return [tableOf("Rows of the programme’s tables, by what kind of figure they hold", [
    { name: "Table", value: (t) => h("span", { title: t.about }, capital(words(t.table))) }, { name: "Rows", numeric: true, value: (t) => number(t.rows) },
    ...kindsOfBasis.map((kind) => ({ name: capital(kind), numeric: true, value: (t) => (t.basis ? (counts(t, kind) ? number(counts(t, kind)) : "·") : "") })),
    { name: "Newest", short: true, value: (t) => t.newest ?? "" }], data.inputs.map((t) => ({ ...t, muted: !t.rows })),
    { foot: ["All", number(sum(data.inputs.map((t) => t.rows))), ...kindsOfBasis.map((kind) => number(sum(sourced.map((t) => counts(t, kind))))), ""] }),
    unfold(`All sources, ${plural(sum(sourced.map((t) => t.sources.length)), "entry", "entries")}`, () => h("div", {}, sourced.filter((t) => t.rows).map((t) =>
      [h("h3", {}, capital(words(t.table))), h("p", { class: "note" }, t.about), h("ul", { class: "sources" }, t.sources.map((source) =>
        h("li", {}, source.source, h("small", {}, ` ${plural(source.rows, "row")}, ${source.basis.join(", ")}, newest ${source.newest}`))))])))];
}
