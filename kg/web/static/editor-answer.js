// An answer as our views read it. YASR's own reading is not taken: it replaces {{…}} inside literals, and an exact
// quotation must stay exact.

import { json } from "./loading.js";

const BATCH = 500; // IRIs that the server names at once
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBERS = new Set(["integer", "decimal", "double", "float", "nonNegativeInteger", "positiveInteger", "int", "long"]);
const called = new Map();

/** Names of variables and rows of terms; a graph has the variables subject, predicate and object. */
export function read(response, parsed) {
  if ((response.headers.get("Content-Type") ?? "").includes("json")) {
    const told = JSON.parse(response.content);
    if ("boolean" in told) return { names: [], rows: [], boolean: told.boolean, graph: false };
    return { names: told.head.vars ?? [], rows: told.results.bindings, graph: false };
  }
  return { names: ["subject", "predicate", "object"], rows: response.content.trim() ? (parsed() ?? []) : [], graph: true };
}

/** What the things in these rows are called, and where their pages are: a map from IRIs to {text, language, href}. */
export async function labels(rows) {
  const iris = new Set();
  for (const row of rows) for (const term of Object.values(row)) if (term.type === "uri") iris.add(term.value);
  const wanted = [...iris].filter((iri) => !called.has(iri));
  for (let first = 0; first < wanted.length; first += BATCH) {
    const batch = wanted.slice(first, first + BATCH);
    const found = await json("/sparql/labels", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(batch),
    });
    for (const iri of batch) called.set(iri, found[iri] ?? { text: "", language: "", href: "" });
  }
  return called;
}

/** The text of a term as people read it. */
export function text(term, names) {
  if (!term) return "";
  return (term.type === "uri" && names.get(term.value)?.text) || term.value;
}

const ofType = (term, wanted) => term?.datatype?.startsWith(XSD) && wanted(term.datatype.slice(XSD.length));
export const isNumber = (term) => ofType(term, (name) => NUMBERS.has(name));
export const isDate = (term) => ofType(term, (name) => name === "dateTime" || name === "date");
export const isIri = (term) => term?.type === "uri";
export const isPoint = (term) => term?.datatype === "http://www.opengis.net/ont/geosparql#wktLiteral";

/** The variables whose values, where they have one, are all of a kind. */
export function columns({ names, rows }, kind) {
  return names.filter((name) => {
    const terms = rows.map((row) => row[name]).filter(Boolean);
    return terms.length > 0 && terms.every(kind);
  });
}

/** The first variable that names a row for people: words before IRIs, never one of `others`. */
export function naming(answer, others) {
  const words = (term) => term?.type !== "uri" && !isNumber(term) && !isDate(term) && !isPoint(term);
  const free = (name) => !others.includes(name);
  return columns(answer, words).find(free) ?? columns(answer, isIri).find(free);
}
