// A timeline: when things are said to have been, as far as the words say it. Drawn by vis-timeline.

import { json, script, style, tag } from "./loading.js";

const DAY = 24 * 60 * 60 * 1000; // milliseconds

/**
 * Draw items {start, end, label, manner, href, denied, sure} in an element. Either end may be missing: it is then not told.
 */
export async function draw(host, items, note = "") {
  await load();
  const { Timeline, DataSet } = globalThis.vis;
  const canvas = tag("div", { class: "timeline-drawing", role: "group", "aria-label": "Timeline; the table tells the same" });
  const tools = tag("p", { class: "tools" });
  host.replaceChildren(tools, canvas, tag("p", { class: "hint" }, `Drag to move, Ctrl and the wheel to zoom. ${note}`));
  const part = most(items);
  const data = new DataSet(placed(items, part));
  const drawn = new Timeline(canvas, data, {
    maxHeight: 520,
    orientation: { axis: "top", item: "top" },
    zoomKey: "ctrlKey",
    template: (item) => tag("span", { dir: "auto" }, item.label),
    showCurrentTime: false,
    margin: { item: { horizontal: 2, vertical: 4 } },
    tooltip: { overflowMethod: "cap" },
  });
  steer(drawn, part, tools);
  drawn.on("select", ({ items: [id] }) => {
    const chosen = data.get(id);
    if (chosen?.href) location.assign(chosen.href);
  });
  return drawn;
}

function steer(drawn, part, tools) {
  const whole = drawn.getItemRange();
  if (part) drawn.setWindow(part.start, part.end, { animation: false });
  button(tools, "Closer", () => drawn.zoomIn(0.5));
  button(tools, "Farther", () => drawn.zoomOut(0.5));
  button(tools, "Whole", () => drawn.setWindow(whole.min, whole.max));
  if (part) tools.append("Some entries lie outside of what is shown at first.");
}

/** The span in which four of five entries begin, where the rest would make it too small to read. */
function most(items) {
  const starts = items.map((item) => Date.parse(item.start || item.end)).sort((a, b) => a - b);
  const at = (part) => starts[Math.floor(part * (starts.length - 1))];
  const width = Math.max(at(0.9) - at(0.1), DAY);
  if (starts.at(-1) - starts[0] < 3 * width) return null;
  return { start: at(0.1) - width / 10, end: at(0.9) + width / 2 };
}

function button(host, name, act) {
  const made = tag("button", { type: "button" }, name);
  made.addEventListener("click", act);
  host.append(made, " ");
}

async function load() {
  await Promise.all([script("vendor/moment/moment.min.js"), script("vendor/vis-data/vis-data.min.js")]);
  await Promise.all([script("vendor/vis-timeline/vis-timeline.min.js"), style("vendor/vis-timeline/vis-timeline.min.css")]);
  await style("timeline.css");
}

function placed(items, part) {
  const times = items.flatMap((item) => [item.start, item.end]).filter(Boolean).map(Date.parse);
  const shown = part ? part.end - part.start : Math.max(...times) - Math.min(...times);
  const narrow = shown / 20; // what is shorter has no room for its words
  return items.map((item, id) => {
    const range = item.start && item.end && Date.parse(item.end) - Date.parse(item.start) > narrow;
    const span = range ? { start: item.start, end: item.end, type: "range" } : { start: item.start || item.end, type: "point" };
    return { id, ...span, label: label(item), href: item.href, className: looks(item) };
  });
}

function label(item) {
  const open = item.start && item.end ? "" : item.start ? " (or later)" : " (or earlier)";
  return `${item.manner ? `${item.manner}: ` : ""}${item.label}${open}`;
}

function looks(item) {
  const unsure = item.sure === false || !(item.start && item.end);
  return [item.denied && "denied", unsure && "unsure"].filter(Boolean).join(" ");
}

/** Draw what an address of ours tells, in each element that names one. */
for (const host of document.querySelectorAll("[data-timeline]")) {
  const told = await json(host.dataset.timeline);
  if (told.items.length) await draw(host, told.items, told.note);
}
