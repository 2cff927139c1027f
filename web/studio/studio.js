// The studio: one scenario in view, its map, tables, questions and answers; news by long polling.

import { h, get, post, words } from "./elements.js";
import { tableEditor, settingsForm } from "./tables.js";
import { commandForm, runView, runList, compareView } from "./runs.js";

const at = (id) => document.getElementById(id);
const state = { scenarios: [], scenario: null, overview: null, runs: [], commands: [], tab: location.hash.slice(1) || "map", reload: load };
const tabs = { map: "Map and plan", tables: "Tables", ask: "Ask", runs: "Answers", compare: "Compare" };

const lastPlan = () => state.runs.find((r) => r.scenario === state.scenario.id && r.command === "plan" && r.state === "done" && r.has_plan);

/// What stands in the main part; a later choice wins over an earlier one that is still being fetched.
let showing = 0;
async function show(make) {
  const turn = ++showing;
  const content = await Promise.resolve().then(make).catch((error) => h("p", { class: "wrong" }, error.message));
  if (turn === showing) at("main").replaceChildren(content);
}

const views = {
  map: () => {
    const plan = lastPlan();
    if (!plan)
      return h("div", {}, h("p", { class: "lede" }, `${state.overview.name}: ${state.overview.tables.find((t) => t.name === "sites")?.rows ?? 0} candidate sites, no plan yet.`),
        h("p", {}, "“Plan” above finds where, when, with what and paid by whom; it shows bound and best as it goes, and “Cancel” keeps the best."));
    const stale = plan.revision !== state.scenario.revision;
    return h("div", {}, stale && h("p", { class: "warned", role: "status" }, "The programme has changed since this plan was made."),
      h("iframe", { src: `api/runs/${plan.id}/report`, title: "Map, quarters, power, money and compute of the plan", sandbox: "allow-scripts allow-same-origin" }));
  },
  tables: () => {
    const place = h("div", {});
    const count = (name) => state.overview.problems.filter((p) => p.table === name && !p.warning).length;
    const choose = async (name) => place.replaceChildren(name === "settings" ? settingsForm(state) : await tableEditor(state, name).catch((e) => h("p", { class: "wrong" }, e.message)));
    const pick = h("select", { "aria-label": "Table", onchange: () => choose(pick.value) },
      h("option", { value: "settings" }, "settings (programme.toml)"),
      state.overview.tables.map((t) => h("option", { value: t.name }, `${t.name}: ${t.rows} rows${count(t.name) ? `, ${count(t.name)} errors` : ""}`)));
    choose("settings");
    const errors = state.overview.problems.filter((p) => !p.warning);
    return h("div", {}, h("p", {}, h("label", {}, "Table ", pick)),
      errors.length > 0 && h("p", { class: "wrong" }, `${errors.length} errors: ${errors.slice(0, 3).map((p) => `${p.file}${p.line ? `:${p.line}` : ""} ${p.message}`).join("; ")}`), place);
  },
  ask: () => {
    const place = h("div", {});
    const choose = (name) => place.replaceChildren(commandForm(state.commands.find((c) => c.name === name), (given) => ask(name, given)));
    const pick = h("select", { "aria-label": "Command", onchange: () => choose(pick.value) }, state.commands.map((c) => h("option", { value: c.name }, c.name)));
    choose(state.commands[0].name);
    return h("div", {}, h("p", {}, h("label", {}, "Command ", pick)), place);
  },
  runs: () => runList(state, (id) => show(() => runView(id, state.commands)), cancel),
  compare: () => compareView(state),
};

function drawTabs() {
  at("tabs").replaceChildren(...Object.entries(tabs).map(([id, name]) =>
    h("a", { href: `#${id}`, "aria-current": id === state.tab ? "page" : null }, name)));
}
function draw() {
  drawTabs();
  show(views[state.tab] ?? views.map);
}
addEventListener("hashchange", () => { state.tab = location.hash.slice(1) in tabs ? location.hash.slice(1) : "map", draw(); });

async function ask(command, given) {
  try {
    await post("api/runs", { scenario: state.scenario.id, command, arguments: given });
    location.hash = "runs";
    await refresh();
  } catch (error) { say(error.message); }
}
const cancel = (id) => post(`api/runs/${id}/cancel`).catch((error) => say(error.message));
const say = (text) => at("live").replaceChildren(h("p", {}, text));

function drawHead() {
  const depth = (s) => { let n = 0; for (let p = s; p && p.parent; p = state.scenarios.find((x) => x.id === p.parent)) ++n; return n; };
  at("scenario").replaceChildren(...state.scenarios.map((s) => h("option", { value: String(s.id), selected: s.id === state.scenario.id }, "  ".repeat(depth(s)) + s.name)));
  at("undo").disabled = !state.scenario.can_undo;
}

async function load() {
  state.scenarios = await get("api/scenarios");
  const kept = Number(sessionStorage.getItem("scenario"));
  state.scenario = state.scenarios.find((s) => s.id === (state.scenario?.id ?? kept)) ?? state.scenarios[0];
  sessionStorage.setItem("scenario", state.scenario.id);
  [state.overview, state.runs] = await Promise.all([get(`api/scenarios/${state.scenario.id}`), get("api/runs")]);
  drawHead(), draw();
}
/// What others changed: runs and scenarios again; the view only where it does not hold what somebody is typing.
async function refresh() {
  const before = JSON.stringify([state.runs, state.scenario?.revision]);
  [state.scenarios, state.runs] = await Promise.all([get("api/scenarios"), get("api/runs")]);
  const own = state.scenarios.find((s) => s.id === state.scenario.id);
  const moved = own && own.revision !== state.scenario.revision;
  if (own) Object.assign(state.scenario, { name: own.name, can_undo: own.can_undo });
  drawHead();
  if (moved && state.tab !== "tables") state.scenario = own, state.overview = await get(`api/scenarios/${own.id}`);
  if (JSON.stringify([state.runs, state.scenario.revision]) !== before && ["map", "runs", "compare"].includes(state.tab)) draw();
}

async function follow() {
  for (let after = 0, first = true; ;) {
    try {
      const news = await get(`api/news?after=${after}&wait=20`);
      const busy = news.running;
      if (busy) say(`Run ${busy.run}: ${busy.stage}${busy.share > 0 ? `, ${Math.round(100 * busy.share)} %` : ""} ${busy.note} (${busy.seconds.toFixed(0)} s) `),
        at("live").firstChild.append(h("button", { type: "button", onclick: () => cancel(busy.run) }, "Cancel"));
      else at("live").replaceChildren();
      if (news.at !== after && !first) await refresh();
      after = news.at, first = false;
      await new Promise((go) => setTimeout(go, 150));
    } catch {
      say("The studio does not answer; trying again.");
      await new Promise((go) => setTimeout(go, 2000));
    }
  }
}

at("scenario").addEventListener("change", (event) => { state.scenario = state.scenarios.find((s) => String(s.id) === event.target.value), load(); });
at("branch").addEventListener("click", async () => {
  const name = prompt("Name of the new scenario", `${state.scenario.name}, changed`);
  if (name) state.scenario = await post("api/scenarios", { parent: state.scenario.id, name }), await load();
});
at("undo").addEventListener("click", async () => { await post(`api/scenarios/${state.scenario.id}/undo`), await load(); });
at("plan").addEventListener("click", () => ask("plan", {}));
at("export").addEventListener("click", async () => {
  // One file a table, in one archive of text: what a folder holds, to be split by any editor or imported again.
  for (const [name, bytes] of Object.entries(await get(`api/scenarios/${state.scenario.id}/files`))) {
    const link = h("a", { href: URL.createObjectURL(new Blob([bytes], { type: "text/plain" })), download: name });
    link.click(), URL.revokeObjectURL(link.href);
  }
});
at("import").addEventListener("change", async (event) => {
  const files = Object.fromEntries(await Promise.all([...event.target.files].map(async (f) => [f.name, await f.text()])));
  try {
    state.scenario = await post("api/scenarios", { name: `Imported (${Object.keys(files).length} files)`, files });
    await load();
  } catch (error) { say(error.message); }
});

state.commands = await get("api/commands");
await load();
follow();
