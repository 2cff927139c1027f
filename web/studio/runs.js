// Asking: any command with its options, answers as tables, plans beside each other.

import { h, get, post, words, shown, answerTable } from "./elements.js";

const stateName = { queued: "waits", running: "runs", done: "done", failed: "failed", cancelled: "cancelled" };
const endings = { 0: "done", 1: "does not hold", 2: "bad input", 3: "infeasible", 4: "interrupted, best kept", 5: "best found, gap not met", 6: "parts left out" };

/// The form of a command, made from its options; `ask(arguments)` sends it.
export function commandForm(command, ask) {
  const inputs = new Map();
  const options = command.options.filter((o) => !["dir", "plan", "out", "programme", "facts", "terms", "workbook"].includes(o.name));
  const form = h("form", { class: "settings", onsubmit: (event) => {
    event.preventDefault();
    const given = {};
    for (const [name, [input, o]] of inputs) {
      const value = input.type === "checkbox" ? (input.checked ? "true" : "") : input.value.trim();
      if (value) given[name] = o.repeats ? value.split(/\n/).filter(Boolean) : [value];
    }
    ask(given);
  } },
  options.map((o) => {
    const input = o.kind === "true or false" ? h("input", { type: "checkbox" })
      : o.choices.length ? h("select", {}, h("option", { value: "" }, o.standard ? `(${o.standard})` : ""), o.choices.map((v) => h("option", { value: v }, v)))
        : o.repeats ? h("textarea", { rows: 2, placeholder: "one a line" }) : h("input", { placeholder: o.standard, required: o.required, spellcheck: false });
    inputs.set(o.name, [input, o]);
    return h("label", { class: "setting" }, h("span", {}, words(o.name), o.unit && h("small", {}, ` ${o.unit}`)), input, h("small", { class: "note" }, o.about));
  }),
  h("p", {}, h("button", { class: "first" }, `Ask: ${command.name}`)));
  return h("div", {}, h("p", {}, command.about), form);
}

/// One run's answer: its text as a terminal shows it, then every table.
export async function runView(id, commands) {
  const run = await get(`api/runs/${id}`);
  const command = commands.find((c) => c.name === run.command);
  const parts = [h("h2", {}, `${run.command}, run ${run.id}: ${run.state === "done" ? endings[run.exit_code] ?? run.exit_code : stateName[run.state]}`)];
  if (run.error) parts.push(h("pre", { class: "wrong" }, run.error));
  if (run.answer) {
    parts.push(h("p", { class: "lede" }, run.answer.termination.sentence));
    if (run.text) parts.push(h("pre", { tabindex: "0" }, run.text));
    for (const spec of command?.tables ?? [])
      if (!spec.single && run.answer[spec.name]?.length)
        parts.push(h("details", {}, h("summary", {}, `${words(spec.name)}: ${spec.about}`), answerTable(spec, run.answer[spec.name])));
  }
  return h("div", {}, parts);
}

export function runList(state, open, cancel) {
  const name = (id) => state.scenarios.find((s) => s.id === id)?.name ?? `scenario ${id}`;
  if (!state.runs.length) return h("p", {}, "Nothing has been asked yet. “Plan” plans the chosen scenario.");
  return h("div", { class: "box", tabindex: "0", role: "region", "aria-label": "Runs" }, h("table", {},
    h("thead", {}, h("tr", {}, ["run", "scenario", "asked", "state", ""].map((t) => h("th", { scope: "col" }, t)))),
    h("tbody", {}, state.runs.map((r) => h("tr", {}, h("td", {}, String(r.id)), h("td", {}, name(r.scenario)),
      h("td", {}, r.command, " ", h("small", {}, Object.entries(r.arguments ?? {}).map(([k, v]) => `${k}=${v.join(",")}`).join(" "))),
      h("td", { class: r.state === "failed" || r.exit_code ? "wrong" : null }, r.state === "done" ? endings[r.exit_code] ?? String(r.exit_code) : stateName[r.state]),
      h("td", {}, ["queued", "running"].includes(r.state) ? h("button", { type: "button", onclick: () => cancel(r.id) }, "Cancel")
        : h("button", { type: "button", onclick: () => open(r.id) }, "Open")))))));
}

/// The last plan of every scenario side by side: figures by year, and what is told apart by more than the gaps.
export async function compareView(state) {
  const last = new Map();
  for (const r of state.runs) if (r.command === "plan" && r.state === "done" && !last.has(r.scenario)) last.set(r.scenario, r.id);
  const plans = await Promise.all([...last].map(async ([scenario, id]) => ({ name: state.scenarios.find((s) => s.id === scenario)?.name ?? scenario, answer: (await get(`api/runs/${id}`)).answer })));
  if (plans.length < 2) return h("p", {}, "Two scenarios with a plan each can be compared. “Branch” makes a scenario of this one; change something in it and plan it.");
  const figures = ["objective", "bound", "gap"];
  const first = plans[0].answer.termination;
  const rows = figures.map((f) => h("tr", {}, h("th", { scope: "row" }, f),
    plans.map((p) => h("td", { class: "number" }, f === "gap" ? `${(100 * (p.answer.termination.gap ?? 0)).toFixed(2)} %` : shown(p.answer.termination[f])))));
  const told = h("tr", {}, h("th", { scope: "row" }, "against the first"), plans.map((p, i) => {
    if (i === 0) return h("td", {}, "–");
    const t = p.answer.termination, change = t.objective - first.objective;
    const untold = Math.abs(t.objective * (t.gap ?? 0)) + Math.abs(first.objective * (first.gap ?? 0));
    return h("td", { class: "number" }, h("strong", {}, `${change >= 0 ? "+" : ""}${shown(change)}`), h("small", {}, Math.abs(change) > untold ? " more than the gaps" : " within what the searches can tell"));
  }));
  const years = plans[0].answer.years ?? [];
  const columns = Object.keys(years[0] ?? {}).filter((k) => typeof years[0][k] === "number");
  return h("div", {}, h("div", { class: "box" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), plans.map((p) => h("th", { scope: "col" }, p.name)))), h("tbody", {}, rows, told))),
    columns.map((c) => h("section", { class: "multiple" }, h("h3", {}, words(c)),
      h("div", { class: "box" }, h("table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "end of"), plans.map((p) => h("th", { scope: "col" }, p.name)))),
        h("tbody", {}, years.map((y, i) => h("tr", {}, h("th", { scope: "row" }, String(y.quarter ?? y.year)), plans.map((p) => h("td", { class: "number" }, shown(p.answer.years?.[i]?.[c])))))))))));
}
