// The SPARQL editor: YASGUI's editor and results in place of the form's text area and the server's table.

import { register } from "./editor-terms.js";
import { results } from "./editor-results.js";
import { here, script, style, tag } from "./loading.js";

const form = document.getElementById("ask");
const area = document.getElementById("query");
const status = tag("p", { role: "status", class: "status" });

const keys = {
  // CodeMirror takes the Tab key; without it the keyboard would not get out again (WCAG 2.1.2).
  Tab: false,
  "Shift-Tab": false,
};

/** Nothing is kept: no query in localStorage, none taken from the address by YASQE, no address of other endpoints. */
function settings(Yasqe) {
  return {
    value: area.value,
    persistenceId: null,
    consumeShareLink: null,
    createShareableLink: null,
    prefixCcApi: null,
    showQueryButton: false,
    screenReaderLabel: document.getElementById("query-label").textContent,
    editorHeight: "22rem",
    extraKeys: { ...Yasqe.defaults.extraKeys, ...keys },
    requestConfig: {
      endpoint: here("/sparql"),
      method: "POST",
      acceptHeaderGraph: "text/turtle, application/problem+json;q=0.1",
      acceptHeaderSelect: "application/sparql-results+json, application/problem+json;q=0.1",
    },
  };
}

async function start() {
  await Promise.all([script("vendor/yasgui/yasgui.min.js"), style("vendor/yasgui/yasgui.min.css")]);
  const { Yasqe, Yasr } = globalThis.Yasgui;
  await register(Yasqe);
  const yasqe = replaced(Yasqe);
  const shown = results(Yasr, document.getElementById("results"));
  controls(yasqe, shown);
  form.dataset.ready = "";
  // The server's table stands until a query is run, unless the link asks for another view.
  const answered = document.querySelector("#answer:not(.wrong)");
  if (answered && shown.view() !== "table") yasqe.query().catch(() => {});
}

/** YASQE in place of the text area, under its label. */
function replaced(Yasqe) {
  Yasqe.defaults.requestConfig.endpoint = "/sparql"; // instead of DBpedia's
  const host = tag("div", { id: "editor" });
  area.after(host);
  const yasqe = new Yasqe(host, settings(Yasqe));
  area.hidden = true;
  area.removeAttribute("name");
  yasqe.getInputField().id = "editor-input";
  document.getElementById("query-label").setAttribute("for", "editor-input");
  return yasqe;
}

function controls(yasqe, shown) {
  const run = document.getElementById("run");
  const stop = tag("button", { type: "button", hidden: true }, "Stop");
  const copy = tag("button", { type: "button" }, "Copy the link");
  const hint = document.getElementById("keys");
  hint.textContent = "Ctrl+Enter runs, Ctrl+Space completes, Esc leaves the editor";
  hint.hidden = false;
  run.after(" ", stop, " ", copy);
  form.append(status);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    yasqe.query().catch(() => {}); // told by queryResponse
  });
  stop.addEventListener("click", () => yasqe.abortQuery());
  copy.addEventListener("click", () => share(yasqe.getValue(), shown.view()));
  shown.onView(() => remember(yasqe.getValue(), shown.view()));
  follow(yasqe, shown, stop);
}

/** Tell what becomes of each query. */
function follow(yasqe, shown, stop) {
  const tell = (running, text) => {
    stop.hidden = !running;
    status.textContent = text;
  };
  yasqe.on("query", () => tell(true, "Running …"));
  yasqe.on("queryAbort", () => tell(false, "Stopped."));
  yasqe.on("queryResponse", (_yasqe, response, duration) => {
    stop.hidden = true;
    answered(yasqe, shown, response, duration);
  });
}

function link(query, view) {
  const parts = new URLSearchParams({ query });
  if (view !== "table") parts.set("view", view);
  return here(`/sparql?${parts}`);
}

function remember(query, view) {
  history.replaceState(null, "", link(query, view));
}

async function share(query, view) {
  remember(query, view);
  try {
    await navigator.clipboard.writeText(location.href);
    status.textContent = "The link is copied; it is the address of this page.";
  } catch {
    status.textContent = "The address of this page is the link; your browser does not let it be copied from here.";
  }
}

function answered(yasqe, shown, response, duration) {
  if (response instanceof Error) {
    if (response.name !== "AbortError") failed(yasqe, shown, response.message);
    return;
  }
  document.getElementById("answer")?.remove();
  const generation = response.headers.get("Attest-Generation");
  document.getElementById("generation").textContent = generation;
  remember(yasqe.getValue(), shown.view());
  const count = shown.show(response, yasqe.getValue());
  status.textContent = `${count} from generation ${generation} in ${(duration / 1000).toFixed(2)} s.`;
}

function failed(yasqe, shown, message) {
  document.getElementById("answer")?.remove();
  shown.hide();
  const problem = parsed(message);
  const told = tag("section", { id: "answer", class: "wrong", role: "alert" });
  told.append(tag("h2", {}, problem.title), tag("p", {}, problem.detail));
  if (problem.context) told.append(tag("pre", { tabindex: "0", "aria-label": "Where it is in the query" }, problem.context));
  document.getElementById("results").after(told);
  status.textContent = "";
  if (problem.line) yasqe.getDoc().setCursor({ line: problem.line - 1, ch: problem.column - 1 });
}

/** The problem that the server tells (RFC 9457), or what the browser says where the answer broke off. */
function parsed(message) {
  try {
    return JSON.parse(message);
  } catch {
    return { title: "No whole answer", detail: `The answer did not come, or broke off before its end: ${message}` };
  }
}

start().catch((error) => {
  status.textContent = `The editor could not be started (${error.message}); the form works without it.`;
  form.append(status);
});
