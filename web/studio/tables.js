// Every table of the programme, edited in place: the check's word beside the cell as soon as it is left.

import { h, get, post, words, Refused } from "./elements.js";

/// A grid of inputs over one table. `state` gives scenario and hears of new revisions.
export async function tableEditor(state, name) {
  const table = await get(`api/scenarios/${state.scenario.id}/tables/${name}`);
  const place = h("div", {});
  const status = h("p", { class: "note", role: "status" });
  const cells = new Map();
  let problems = state.overview.problems.filter((p) => p.table === name);

  const mark = () => {
    for (const [, input] of cells) input.removeAttribute("aria-invalid"), input.removeAttribute("title"), input.classList.remove("warned");
    const others = [];
    for (const p of problems) {
      const input = p.row !== undefined && p.column ? cells.get(`${p.row} ${p.column}`) : null;
      const text = p.message + (p.hint ? ` (${p.hint})` : "");
      if (input) {
        if (p.warning) input.classList.add("warned");
        else input.setAttribute("aria-invalid", "true");
        input.title = text;
      }
      others.push(h("li", { class: p.warning ? "warned" : "wrong" },
        `${p.row !== undefined ? `row ${p.row + 1}${p.column ? `, ${p.column}` : ""}: ` : ""}${text}`));
    }
    list.replaceChildren(...others.slice(0, 40));
  };
  const list = h("ul", { class: "problems" });

  async function change(changes) {
    try {
      const answer = await post(`api/scenarios/${state.scenario.id}/changes`, { revision: table.revision, changes });
      table.revision = state.scenario.revision = answer.revision;
      state.overview.problems = answer.problems;
      problems = answer.problems.filter((p) => p.table === name);
      status.textContent = "Saved.";
      mark();
      return true;
    } catch (error) {
      if (error instanceof Refused && error.status === 409) {
        status.textContent = "Somebody else changed this scenario; the table is read again.";
        await state.reload();
      } else status.textContent = error.message;
      return false;
    }
  }

  const cell = (row, r, column, c) => {
    const input = h("input", {
      value: row[c], "aria-label": `${words(column.name)}, row ${r + 1}`, spellcheck: false,
      class: column.kind.includes("number") ? "number" : null, list: column.choices.length ? `choices-${column.name}` : null,
      size: Math.min(36, Math.max(4, row[c].length)),
      onchange: () => { row[c] = input.value, change([{ table: name, row: r, column: column.name, value: input.value }]); },
      onpaste: (event) => {
        const text = event.clipboardData?.getData("text/plain") ?? "";
        if (!/[\t\n]/.test(text.trimEnd())) return;
        event.preventDefault();
        const changes = [];
        text.trimEnd().split(/\r?\n/).forEach((line, i) => line.split("\t").forEach((value, j) => {
          const at = table.columns[c + j];
          if (at && table.rows[r + i]) table.rows[r + i][c + j] = value, changes.push({ table: name, row: r + i, column: at.name, value });
        }));
        change(changes).then(draw);
      },
      onkeydown: (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
        const next = step && cells.get(`${r + step} ${column.name}`);
        if (next) event.preventDefault(), next.focus(), next.select();
      },
    });
    cells.set(`${r} ${column.name}`, input);
    return h("td", {}, input);
  };
  const copy = () => navigator.clipboard.writeText([table.columns.map((c) => c.name), ...table.rows].map((row) => row.join("\t")).join("\n"))
    .then(() => { status.textContent = `${table.rows.length} rows copied; paste them into a spreadsheet.`; });
  const add = async () => {
    if (await change([{ table: name, row: table.rows.length, insert: true }])) table.rows.push(table.columns.map(() => "")), draw();
  };
  const remove = async (r) => {
    if (await change([{ table: name, row: r, remove: true }])) table.rows.splice(r, 1), draw();
  };

  function draw() {
    cells.clear();
    place.replaceChildren(
      h("p", {}, table.about),
      h("p", { class: "tools" }, h("button", { type: "button", onclick: add }, "Add a row"), " ",
        h("button", { type: "button", onclick: copy }, "Copy for a spreadsheet"),
        h("span", { class: "note" }, " Paste cells from one anywhere in the table.")),
      status, list,
      table.columns.filter((c) => c.choices.length).map((c) => h("datalist", { id: `choices-${c.name}` }, c.choices.map((v) => h("option", { value: v })))),
      h("div", { class: "box", tabindex: "0", role: "region", "aria-label": `${name} (table)` }, h("table", { class: "grid" },
        h("thead", {}, h("tr", {}, table.columns.map((c) => h("th", { scope: "col", title: describe(c) }, c.name, c.unit && h("small", {}, ` ${c.unit}`))),
          h("th", { scope: "col" }, h("span", { class: "hidden" }, "remove")))),
        h("tbody", {}, table.rows.map((row, r) => h("tr", {}, table.columns.map((column, c) => cell(row, r, column, c)),
          h("td", {}, h("button", { type: "button", "aria-label": `Remove row ${r + 1}`, onclick: () => remove(r) }, "×"))))))));
    mark();
  }
  draw();
  return place;
}

function describe(c) {
  const range = c.lowest !== null && c.highest !== null ? `, ${c.lowest} to ${c.highest}` : c.lowest !== null ? `, at least ${c.lowest}` : c.highest !== null ? `, at most ${c.highest}` : "";
  return `${c.about} (${c.kind}${range}${c.refers_to ? `, an id of ${c.refers_to}` : ""}${c.required ? "" : "; may be empty"})`;
}

/// programme.toml as a form.
export function settingsForm(state) {
  const status = h("p", { class: "note", role: "status" });
  const field = (s) => {
    const input = s.choices.length
      ? h("select", {}, s.choices.map((v) => h("option", { value: v, selected: v === s.value }, v)))
      : h("input", { value: s.value, spellcheck: false });
    input.addEventListener("change", async () => {
      try {
        const answer = await post(`api/scenarios/${state.scenario.id}/changes`, { revision: state.scenario.revision, changes: [{ column: s.name, value: input.value }] });
        state.scenario.revision = answer.revision, state.overview.problems = answer.problems, s.value = input.value;
        const wrong = answer.problems.filter((p) => p.file === "programme.toml" && !p.warning);
        input.toggleAttribute("aria-invalid", wrong.length > 0);
        status.textContent = wrong.map((p) => `${p.message} (${p.hint})`).join("; ") || "Saved.";
      } catch (error) {
        status.textContent = error.message;
        if (error.status === 409) state.reload();
      }
    });
    return h("label", { class: "setting" }, h("span", {}, s.name, s.unit && h("small", {}, ` ${s.unit}`)), input, h("small", { class: "note" }, s.about));
  };
  return h("div", {}, h("p", {}, "The programme's own settings: money, time, geography, power and what is sought."), status,
    h("div", { class: "settings" }, state.overview.settings.map(field)));
}
