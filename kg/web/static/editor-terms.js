// Completion from the store itself: our prefixes, its classes and properties, and its entities by any of their names.

import { json } from "./loading.js";

const LOCAL = /^[A-Za-z0-9_](?:[\w.-]*[\w-])?$/; // what may follow a prefix without escapes
const SHOWN = 100;

let known; // the promise of what the server tells, asked for once
export const terms = () => (known ??= json("/sparql/terms"));

/** Put our completers in place of YASQE's own, which ask lov.linkeddata.es and know a list of foreign prefixes. */
export async function register(Yasqe) {
  const { prefixes, terms: all } = await terms();
  const { class: classes, property: properties, prefixes: declared } = Yasqe.Autocompleters;
  for (const name of Object.keys(Yasqe.Autocompleters)) if (name !== "variables") delete Yasqe.Autocompleters[name];
  Yasqe.defaults.autocompleters = ["variables"];
  const lines = Object.entries(prefixes).map(([name, iri]) => `${name}: <${iri}>`);
  Yasqe.registerAutocompleter({ ...declared, get: () => lines, persistenceId: null });
  for (const [kind, from] of [["class", classes], ["property", properties]]) {
    const candidates = all.filter((term) => term.kind === kind).map((term) => ({ ...term, iri: term.term }));
    const get = (typed) => candidates.filter((term) => matches(term, typed, prefixes)).slice(0, SHOWN);
    Yasqe.registerAutocompleter(completer(kind, prefixes, from.isValidCompletionPosition, get));
  }
  const elsewhere = (yasqe) => isNode(yasqe) && ![classes, properties].some((one) => one.isValidCompletionPosition(yasqe));
  Yasqe.registerAutocompleter(completer("entity", prefixes, elsewhere, find));
}

function completer(name, prefixes, isValidCompletionPosition, get) {
  let found = new Map(); // what is offered now, by the text that it would put in
  return {
    name,
    bulk: false,
    persistenceId: null,
    isValidCompletionPosition,
    async get(yasqe) {
      const candidates = await get(typed(yasqe));
      found = new Map(candidates.map((one) => [shorten(one.iri, prefixes), one]));
      return [...found.keys()];
    },
    postprocessHints: (yasqe, hints) => hints.map((hint) => offered(yasqe, hint, found.get(hint.text), prefixes)),
  };
}

function offered(yasqe, hint, term, prefixes) {
  const told = [term.label, term.kind, term.definition].filter(Boolean);
  return {
    ...hint,
    render(line) {
      line.append(hint.text);
      const more = document.createElement("span");
      more.className = "told";
      more.textContent = told.join(" · ");
      line.append(more);
    },
    hint(editor, _all, one) {
      const to = editor.getCursor();
      const from = { line: to.line, ch: to.ch - typed(yasqe).length };
      editor.replaceRange(one.text, from, to, "complete");
      declare(yasqe, one.text, prefixes);
    },
  };
}

/** Add the prefix of a name that was put in, unless the query declares it. */
function declare(yasqe, text, prefixes) {
  const name = text.slice(0, text.indexOf(":"));
  if (text.startsWith("<") || name in yasqe.getPrefixesFromQuery()) return;
  yasqe.addPrefixes({ [name]: prefixes[name] });
}

export function shorten(iri, prefixes) {
  for (const [name, namespace] of Object.entries(prefixes)) {
    const local = iri.slice(namespace.length);
    if (iri.startsWith(namespace) && LOCAL.test(local)) return `${name}:${local}`;
  }
  return `<${iri}>`;
}

/** What stands before the cursor: a name, or the beginning of an IRI. YASQE's tokens break a word that is none. */
function typed(yasqe) {
  const { line, ch } = yasqe.getDoc().getCursor();
  return /(?:<[^\s<>]*|[\p{L}\p{M}\p{N}_:.-]*)$/u.exec(yasqe.getDoc().getLine(line).slice(0, ch))[0];
}

function matches(term, before, prefixes) {
  const short = shorten(term.iri, prefixes).toLowerCase();
  const text = before.toLowerCase();
  if (text.startsWith("<")) return term.iri.toLowerCase().startsWith(text.slice(1));
  return short.startsWith(text) || (!text.includes(":") && (short.includes(text) || term.label.toLowerCase().includes(text)));
}

/** Whether a name of a thing may be meant: two letters of it, and no variable, string or number. */
function isNode(yasqe) {
  const { type } = yasqe.getTokenAt(yasqe.getDoc().getCursor());
  return !["atom", "string", "comment"].includes(type) && /^\D/u.test(typed(yasqe)) && letters(typed(yasqe)).length >= 2;
}

/** The part that names: of `id:al-amiri` and of `<https://…/id/al-amiri` it is `al-amiri`. */
const letters = (text) => text.replace(/^.*[:/#<]/, "");

const find = (text) => json(`/sparql/entities?${new URLSearchParams({ q: letters(text) })}`);
