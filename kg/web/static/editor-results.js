// The views of an answer, as plug-ins of YASR in place of its own table, which loads styles that our policy forbids.

import { columns, isDate, isIri, isPoint, labels, naming, read, text } from "./editor-answer.js";
import * as chart from "./editor-chart.js";
import * as table from "./editor-table.js";
import { draw as drawGraph } from "./graph.js";
import { here, tag } from "./loading.js";
import { draw as drawMap } from "./map.js";
import { draw as drawTimeline } from "./timeline.js";

const ITEMS = 1000; // on a timeline, a map or a graph

// `names`: of how many rows things are named before a view is drawn; the table asks for those that it shows.
const VIEWS = {
  table: { label: "Table", priority: 9, names: 0, suits: (answer) => answer.names.length > 0, draw: table.draw },
  boolean: { label: "Yes or no", priority: 9, suits: (answer) => "boolean" in answer, draw: yesOrNo },
  chart: { label: "Chart", priority: 5, suits: chart.suits, draw: chart.draw },
  map: { label: "Map", priority: 4, suits: (answer) => columns(answer, isPoint).length > 0, draw: map },
  timeline: { label: "Timeline", priority: 4, suits: (answer) => columns(answer, isDate).length > 0, draw: timeline },
  graph: { label: "Graph", priority: 4, suits: (answer) => columns(answer, isIri).length > 1, draw: graph },
};

/** YASR in an element: `show` a response, `hide` it, tell the `view`. */
export function results(Yasr, host) {
  const current = { response: null, answer: null };
  register(Yasr, current);
  const yasr = made(Yasr, host);
  const downloads = tag("p", { id: "downloads" });
  host.append(downloads);
  return {
    view: () => yasr.getSelectedPluginName(),
    onView: (told) => yasr.on("change", told),
    hide: () => (host.hidden = true),
    show(response, query) {
      Object.assign(current, { response, answer: null });
      host.hidden = false;
      yasr.setResponse(response);
      offer(downloads, query, answerOf(yasr, current));
      return count(answerOf(yasr, current));
    },
  };
}

/** Put our views in place of YASR's own; of those the raw one is kept. */
function register(Yasr, current) {
  for (const name of Object.keys(Yasr.plugins)) {
    if (name !== "response") delete Yasr.plugins[name];
    delete Yasr.defaults.plugins[name];
  }
  for (const [name, view] of Object.entries(VIEWS)) Yasr.registerPlugin(name, plugin(view, current));
  Yasr.registerPlugin("response", class extends Yasr.plugins.response {
    label = "Raw";
    helpReference = undefined;
  });
  Yasr.defaults.pluginOrder = [...Object.keys(VIEWS), "response"];
}

function made(Yasr, host) {
  const wanted = new URLSearchParams(location.search).get("view") ?? "table";
  const defaultPlugin = wanted in Yasr.defaults.plugins ? wanted : "table";
  const yasr = new Yasr(host, { persistenceId: null, defaultPlugin, prefixes: {} });
  yasr.rootEl.querySelector(".yasr_downloadIcon").remove(); // the server writes the files
  yasr.rootEl.querySelector(".yasr_external_ref_btn").remove(); // it leads to another host
  yasr.on("drawn", () => queueMicrotask(() => mark(yasr))); // YASR sets the classes just after it has told
  yasr.on("change", () => mark(yasr));
  return yasr;
}

function answerOf(yasr, current) {
  current.answer ??= read(current.response, () => yasr.results.getBindings());
  return current.answer;
}

function plugin(view, current) {
  return class {
    constructor(yasr) {
      this.yasr = yasr;
      this.label = view.label;
      this.priority = view.priority;
    }

    canHandleResults() {
      return current.response !== null && view.suits(answerOf(this.yasr, current));
    }

    async draw() {
      const answer = answerOf(this.yasr, current);
      const host = this.yasr.resultsEl;
      try {
        await view.draw(host, answer, await labels(answer.rows.slice(0, view.names ?? ITEMS)));
      } catch (error) {
        host.replaceChildren(tag("p", { role: "alert" }, `This view could not be drawn: ${error.message}`));
      }
    }
  };
}

/** Say by ARIA and `disabled` what YASR says by classes alone. */
function mark(yasr) {
  for (const button of yasr.rootEl.querySelectorAll(".yasr_btnGroup button")) {
    button.setAttribute("aria-pressed", String(button.classList.contains("selected")));
    button.disabled = button.classList.contains("disabled");
  }
  yasr.resultsEl.querySelector(".CodeMirror textarea")?.setAttribute("aria-label", "The answer as the server wrote it");
}

function count({ boolean, rows, graph: isGraph }) {
  if (boolean !== undefined) return boolean ? "Yes" : "No";
  return `${rows.length} ${isGraph ? "triple" : "row"}${rows.length === 1 ? "" : "s"}`;
}

function offer(host, query, answer) {
  const formats = JSON.parse(document.getElementById("ask").dataset[answer.graph ? "graphs" : "results"]);
  host.replaceChildren("Take it from the server as ");
  formats.forEach(([name, extension], index) => {
    const href = here(`/sparql?${new URLSearchParams({ query, format: name })}`);
    host.append(index ? ", " : "", tag("a", { href, type: name, download: `answer.${extension}` }, extension));
  });
  host.append(".");
}

function yesOrNo(host, answer) {
  host.replaceChildren(tag("p", { class: "boolean" }, answer.boolean ? "Yes" : "No"));
}

function timeline(host, answer, names) {
  const [first, second] = columns(answer, isDate);
  const name = naming(answer, [first, second]);
  const items = answer.rows.filter((row) => row[first] ?? row[second]).map((row) => ({
    start: row[first]?.value,
    end: row[second]?.value,
    label: text(row[name], names),
  }));
  return drawTimeline(host, items.slice(0, ITEMS), left(items));
}

function map(host, answer, names) {
  const [point] = columns(answer, isPoint);
  const name = naming(answer, [point]);
  const items = answer.rows.map((row) => ({
    wkt: row[point]?.value,
    label: text(row[name], names),
    href: names.get(row[name]?.value)?.href,
  }));
  return drawMap(host, items.slice(0, ITEMS), left(items));
}

function graph(host, answer, names) {
  const [from, second, third] = answer.graph ? ["subject", "object", "predicate"] : columns(answer, isIri);
  const rows = answer.rows.filter((row) => isIri(row[from]) && isIri(row[second]));
  const edges = rows.map((row) => ({
    from: row[from].value,
    to: row[second].value,
    label: third ? text(row[third], names) : "",
  }));
  const nodes = new Map();
  for (const edge of edges.slice(0, ITEMS)) {
    for (const id of [edge.from, edge.to]) nodes.set(id, { id, label: text({ type: "uri", value: id }, names), href: names.get(id)?.href });
  }
  return drawGraph(host, { nodes: [...nodes.values()], edges: edges.slice(0, ITEMS) }, left(edges));
}

const left = (items) => (items.length > ITEMS ? `The first ${ITEMS} of ${items.length} are drawn.` : "");
