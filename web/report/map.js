// The map of the country at a quarter: what runs, what is ready, what is being built.

const sites = data.sites;
const chosenSites = sites.filter((site) => site.chosen);
const mostSiteMw = Math.max(1, ...chosenSites.map((site) => Math.max(most(site.ready_mw), most(site.installed_mw))));

/// IT power of a site's buildings that are started and not ready.
const underWay = (site, t) => sum(site.blocks.filter((b) => b.start <= t && t < b.ready).map((b) => b.mw));
const radius = (power_mw, largest = 34) => largest * Math.sqrt(power_mw / mostSiteMw);
const siteName = (site) => site.name.replace(/^Stargate /, "").replace(/ \(.*\)$/, "");

/// States in which a site is open in quarter t.
const statesEntered = (t) => new Set(chosenSites.filter((site) => site.opened !== undefined && site.opened <= t).map((site) => site.state));

function outlines(t) {
  const entered = statesEntered(t);
  return s("g", {},
    Object.entries(usMap.states).map(([code, state]) =>
      s("path", { class: entered.has(code) ? "state entered" : "state", d: state.path, transform: `scale(${usMap.scale})` },
        s("title", {}, state.name))),
    s("path", { class: "borders", d: usMap.borders, transform: `scale(${usMap.scale})` }));
}

/// One site's marks: filled what runs, ring what is ready, dashes what is on the way.
function siteMarks(site, t, largest) {
  const ready = site.ready_mw[t] ?? 0, installed = site.installed_mw[t] ?? 0, coming = underWay(site, t);
  return [
    coming > 0 && s("circle", { class: "coming", r: radius(ready + coming, largest) }),
    ready > 0 && s("circle", { class: "ready", r: radius(ready, largest) }),
    installed > 0 && s("circle", { class: site.committed ? "running given" : "running", r: radius(installed, largest) }),
    ready + installed + coming === 0 && site.opened <= t && s("rect", { class: "begun", x: -3.5, y: -3.5, width: 7, height: 7, transform: "rotate(45)" }),
  ];
}
const bySize = (t) => (a, b) => (b.ready_mw[t] + underWay(b, t)) - (a.ready_mw[t] + underWay(a, t));
const placed = (site) => site.at !== undefined;

/// Year-end maps, four in a row: what the slider shows, for paper.
function yearEndMaps() {
  const ends = quarters.map((q, t) => [q, t]).filter(([q, t]) => t <= (about.full ?? lastQuarter) + 3 && (q.endsWith("Q4") || t === lastQuarter)).slice(0, 8);
  return h("div", { class: "year-maps", "aria-hidden": "true" }, ends.map(([, t]) =>
    h("figure", {}, h("figcaption", {}, quarterName(t), h("span", {}, ` ${mw(about.programme.it_mw[t])}`)),
      s("svg", { viewBox: `0 0 ${usMap.width} ${usMap.height}` }, outlines(t),
        chosenSites.filter((site) => placed(site) && site.opened <= t).sort(bySize(t)).map((site) =>
          s("g", { transform: `translate(${site.at})` }, siteMarks(site, t, 44)))))));
}

const rows = (pairs) => h("dl", {}, pairs.filter(([, value]) => value).map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));

/// What the plan does at one site, in full.
function siteDetail(site, t) {
  const place = [site.county && `${site.county} County`, usMap.states[site.state]?.name ?? site.state].filter(Boolean).join(", ");
  const head = [h("p", { class: "kicker" }, site.committed ? "Already under way" : site.chosen ? "Chosen by the plan" : "Not chosen"), h("h3", {}, site.name),
    h("p", { class: "note" }, [place, site.developer && `developer: ${site.developer}`].filter(Boolean).join(" · "))];
  if (!site.chosen)
    return [...head, rows([["Room for", mw(site.most_mw) + " of IT"], ["Could start", (site.earliest_start ?? "").replace("-", " ")], ["County risk index", number(site.risk_index)], ["Grid zone", site.zone]])];
  const buildings = sum(site.blocks.map((b) => b.blocks));
  const final = most(site.ready_mw);
  return [...head,
    rows([
      ["At " + quarterName(t), capital([
        site.ready_mw[t] > 0 && `${mw(site.installed_mw[t])} of racks run in ${mw(site.ready_mw[t])} of ready buildings`,
        underWay(site, t) > 0 && `${mw(underWay(site, t))} are under construction`].filter(Boolean).join("; ") || (site.opened <= t ? "the site is being prepared" : "not open yet"))],
      ["Work begins", site.opened === undefined ? "" : quarterName(site.opened)],
      ["Buildings", `${buildings}, ${mw(final)} of IT; first ready ${quarterName(Math.min(...site.blocks.map((b) => b.ready)))}, last ${quarterName(Math.max(...site.blocks.map((b) => b.ready)))}`],
      ["Grid", listing(site.grid.map((g) => `${mw(g.mw)} ${g.kind} from ${quarterName(g.energised)}`))],
      ["On site", listing(site.onsite.map((o) => `${mw(o.mw)} ${o.technology} from ${quarterName(o.service)}`))],
      ["Systems", listing(site.racks.map((r) => `${count(r.chips)} × ${r.system}`))],
      ["Capital cost", site.capital_usd_m > 0 && `${usd(site.capital_usd_m)}, before taxes and credits`],
      ["Source", `${site.source ?? ""}${site.basis ? ` (${site.basis}, ${site.as_of})` : ""}`],
    ])];
}

/// Names beside the largest circles, where there is room: greedy, largest first, right of the circle,
/// then left, above, below.
function siteLabels(visible, t, unit) {
  const taken = visible.map((site) => {
    const r = radius(Math.max(site.ready_mw[t] + underWay(site, t), mostSiteMw * 0.01));
    return { left: site.at[0] - r, right: site.at[0] + r, top: site.at[1] - r, bottom: site.at[1] + r, site };
  });
  const circles = [...taken], labels = [];
  for (const circle of circles.slice(0, 24)) {
    const text = siteName(circle.site), width = text.length * 7.2 * unit, height = 13 * unit;
    const [cx, cy] = circle.site.at, gap = 4 * unit;
    for (const [x, y, anchor] of [[circle.right + gap, cy, "start"], [circle.left - gap, cy, "end"], [cx, circle.top - gap - height / 2, "middle"], [cx, circle.bottom + gap + height / 2, "middle"]]) {
      const left = x - { start: 0, middle: 0.5, end: 1 }[anchor] * width;
      const box = { left, right: left + width, top: y - height / 2, bottom: y + height / 2 };
      const free = box.left > 0 && box.right < usMap.width && taken.every((other) => other === circle ||
        box.right < other.left || box.left > other.right || box.bottom < other.top || box.top > other.bottom);
      if (!free) continue;
      taken.push(box);
      labels.push(s("text", { class: "site-name", x, y: y + 4 * unit, "text-anchor": anchor, style: { "font-size": `${12.5 * unit}px`, "stroke-width": `${3 * unit}px` } }, text));
      break;
    }
  }
  return labels;
}

function mapSection() {
  const svg = s("svg", { viewBox: `0 0 ${usMap.width} ${usMap.height}`, role: "group", "aria-label": "Map of the United States with the sites of the plan" });
  const panel = h("aside", { class: "panel", "aria-live": "polite" });
  const line = h("p", { class: "now-line" });
  const options = { ties: false, candidates: true };
  let selected = null, unit = 1;
  const zoneAt = Object.fromEntries(data.grid.zones.filter(placed).map((zone) => [zone.id, zone.at]));

  const select = (site) => { selected = site; draw(chosenQuarter.value); };
  const marker = (site, t, marks) => s("g", {
    class: `site${site === selected ? " selected" : ""}`, transform: `translate(${site.at})`, tabindex: "0", role: "button", "data-site": site.id,
    "aria-label": site.chosen ? `${site.name}, ${site.state}: ${mw(site.installed_mw[t])} running, ${mw(site.ready_mw[t])} ready in ${quarterName(t)}` : `${site.name}, ${site.state}: not chosen`,
    onclick: () => select(site),
    onkeydown: (event) => { if (event.key === "Enter" || event.key === " ") event.preventDefault(), select(site), svg.querySelector(`[data-site="${CSS.escape(site.id)}"]`)?.focus(); },
    onpointermove: (event) => event.pointerType === "mouse" && tip.show(event.clientX, event.clientY, h("strong", {}, site.name),
      h("div", {}, site.chosen ? `${mw(site.installed_mw[t])} running, ${mw(site.ready_mw[t])} ready${underWay(site, t) ? `, ${mw(underWay(site, t))} under construction` : ""}` : `Not chosen; room for ${mw(site.most_mw)}`)),
    onpointerleave: () => tip.hide(),
  }, marks);

  const draw = (t) => {
    const visible = chosenSites.filter((site) => placed(site) && site.opened <= t).sort(bySize(t));
    const others = sites.filter((site) => placed(site) && !visible.includes(site));
    const ties = !options.ties ? [] : data.grid.ties.filter((tie) => zoneAt[tie.from] && zoneAt[tie.to]).map((tie) => {
      const added = sum(tie.expansions.filter((e) => e.service <= t).map((e) => e.mw));
      const [a, b] = [zoneAt[tie.from], zoneAt[tie.to]];
      const width = (power) => Math.max(0.6, power / 1200);
      return [added > 0 && s("line", { class: "tie added", x1: a[0], y1: a[1], x2: b[0], y2: b[1], "stroke-width": width(tie.mw + added) }),
        s("line", { class: "tie", x1: a[0], y1: a[1], x2: b[0], y2: b[1], "stroke-width": width(tie.mw) }, s("title", {}, `${tie.from} to ${tie.to}: ${mw(tie.mw)}`))];
    });
    svg.replaceChildren(outlines(t), ...ties.flat().filter(Boolean),
      ...(options.candidates ? others.map((site) => marker(site, t, [s("circle", { class: "hit", r: 9 * unit }), s("circle", { class: "candidate", r: 2.6 * unit })])) : []),
      ...visible.map((site) => marker(site, t, [s("circle", { class: "hit", r: 12 * unit }), siteMarks(site, t)])),
      ...siteLabels(visible, t, unit));
    const p = about.programme;
    line.replaceChildren(h("strong", {}, quarterName(t)), " ",
      `${plural(visible.length, "site")} in ${plural(statesEntered(t).size, "state")}, ${mw(p.it_mw[t])} of IT running; ${usd(sum(p.spending_usd_m.slice(0, t + 1)))} spent.`);
    panel.replaceChildren(...(selected ? [...siteDetail(selected, t), h("button", { type: "button", class: "plain", onclick: () => select(null) }, "Back to the key")] : [h("p", { class: "note" }, "Point at a circle, tap it, or reach it with the Tab key to see what the plan does there."), mapKey()]));
  };

  const slider = h("input", { type: "range", min: 0, max: lastQuarter, step: 1, id: "quarter", "aria-label": "Quarter shown",
    oninput: () => { stop(); chosenQuarter.set(Number(slider.value)); } });
  let timer = null;
  const play = h("button", { type: "button", class: "play", onclick: () => (timer ? stop() : start()) }, "Play");
  const stop = () => { clearInterval(timer); timer = null; play.textContent = "Play"; play.setAttribute("aria-pressed", "false"); };
  const start = () => {
    if (chosenQuarter.value >= lastQuarter) chosenQuarter.set(0);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => (chosenQuarter.value >= lastQuarter ? stop() : chosenQuarter.set(chosenQuarter.value + 1)), 650);
  };
  const option = (name, label) => h("label", {}, h("input", { type: "checkbox", checked: options[name], onchange: (event) => { options[name] = event.target.checked; draw(chosenQuarter.value); } }), label);

  const holder = h("div", { class: "map" }, svg);
  drawToWidth(holder, (width) => { unit = Math.max(1, Math.min(2.4, usMap.width / width)); draw(chosenQuarter.value); });
  chosenQuarter.follow((t) => {
    slider.value = t;
    slider.setAttribute("aria-valuetext", quarterName(t));
    draw(t);
  });
  const years = h("div", { class: "years", "aria-hidden": "true" }, quarters.map((q, t) => q.endsWith("Q1") || t === 0
    ? h("span", { style: { left: `${lastQuarter ? t / lastQuarter * 100 : 0}%` } }, q.slice(0, 4)) : null));
  return [
    h("div", { class: "controls" }, play, h("div", { class: "slide" }, slider, years)), line,
    h("div", { class: "map-row" }, holder, panel),
    h("p", { class: "options" }, option("candidates", "Sites not opened (yet)"), data.grid.ties.length > 0 && option("ties", "Ties between grid zones")),
    yearEndMaps(),
    unfold("The map as a table", () => tableOf("Sites at the quarter shown", [
      { name: "Site", value: (site) => site.name }, { name: "State", value: (site) => site.state },
      { name: "Running", numeric: true, value: (site) => mw(site.installed_mw[chosenQuarter.value]) },
      { name: "Ready", numeric: true, value: (site) => mw(site.ready_mw[chosenQuarter.value]) },
      { name: "Under construction", numeric: true, value: (site) => mw(underWay(site, chosenQuarter.value)) }],
      [...chosenSites].sort(bySize(chosenQuarter.value)))),
  ];
}

function mapKey() {
  const sample = mostSiteMw >= 1000 ? [1000, 250] : [100, 25];
  const mark = (text, ...shapes) => h("li", {}, s("svg", { viewBox: "-13 -13 26 26", width: 26, height: 26, "aria-hidden": "true" }, shapes), text);
  return h("div", { class: "map-key" }, h("ul", {},
    mark("Racks running, chosen by the plan", s("circle", { class: "running", r: 10 })),
    mark("Racks running, already under way when the programme begins", s("circle", { class: "running given", r: 10 })),
    mark("Buildings ready", s("circle", { class: "ready", r: 10 })),
    mark("Under construction", s("circle", { class: "coming", r: 10 })),
    mark("Work on the site has begun", s("rect", { class: "begun", x: -3.5, y: -3.5, width: 7, height: 7, transform: "rotate(45)" })),
    mark("Candidate, not opened", s("circle", { class: "candidate", r: 2.6 }))),
    h("p", { class: "sizes" }, s("svg", { viewBox: "0 0 200 90", width: 200, height: 90, "aria-hidden": "true" }, sample.map((power, i) => [
      s("circle", { class: "ready", cx: 36 + i * 84, cy: 70 - radius(power), r: radius(power) }), s("text", { class: "label", x: 36 + i * 84, y: 86, "text-anchor": "middle" }, mw(power))]))));
}
