// The table of an answer: things by their labels, literals in their language, sorted by its headings.

import { isNumber, labels, text } from "./editor-answer.js";
import { tag } from "./loading.js";

const PAGE = 200;
const SORTED = 5000; // rows that are sorted by labels; in a longer answer the others go by their IRIs

export async function draw(host, answer, names) {
  const state = { rows: answer.rows, by: null, up: true, shown: PAGE };
  const table = tag("table", { class: "answer" });
  const more = tag("button", { type: "button" });
  const redraw = async () => {
    await labels(state.rows.slice(0, state.shown));
    table.replaceChildren(head(answer, state, sort), body(answer, state, names));
    more.hidden = state.rows.length <= state.shown;
    more.textContent = `Show ${Math.min(PAGE, state.rows.length - state.shown)} more of ${state.rows.length} rows`;
  };
  const sort = async (name) => {
    await labels(answer.rows.slice(0, SORTED));
    Object.assign(state, { up: state.by === name ? !state.up : true, by: name });
    state.rows = [...answer.rows].sort((a, b) => (state.up ? 1 : -1) * compare(a[name], b[name], names));
    await redraw();
    table.querySelector(`[data-name="${CSS.escape(name)}"]`).focus();
  };
  more.addEventListener("click", () => {
    state.shown += PAGE;
    redraw();
  });
  await redraw();
  host.replaceChildren(tag("div", { class: "scroll", role: "region", "aria-label": "Table of the answer", tabindex: "0" }, table), more);
}

function head(answer, state, sort) {
  const cells = answer.names.map((name) => {
    const button = tag("button", { type: "button", "data-name": name }, name);
    button.addEventListener("click", () => sort(name));
    const order = state.by === name ? (state.up ? "ascending" : "descending") : null;
    return tag("th", { scope: "col", "aria-sort": order }, button);
  });
  return tag("thead", {}, tag("tr", {}, ...cells));
}

function body(answer, state, names) {
  const rows = state.rows.slice(0, state.shown);
  return tag("tbody", {}, ...rows.map((row) => tag("tr", {}, ...answer.names.map((name) => cell(row[name], names)))));
}

function cell(term, names) {
  if (!term) return tag("td");
  const label = names.get(term.value);
  const language = term["xml:lang"] ?? (term.type === "uri" ? label?.language : "");
  const note = term.type === "uri" ? label?.text && term.value : term.datatype;
  const shown = text(term, names);
  const content = term.type === "uri" && label?.href ? tag("a", { href: label.href }, shown) : shown;
  return tag("td", { dir: "auto", lang: language || null, title: note || null }, content);
}

function compare(a, b, names) {
  if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
  if (isNumber(a) && isNumber(b)) return Number(a.value) - Number(b.value);
  return text(a, names).localeCompare(text(b, names), undefined, { numeric: true });
}
