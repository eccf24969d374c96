// A graph: who is said to do what to whom. Drawn by cytoscape.

import { colours, json, script, style, tag } from "./loading.js";

// Cytoscape writes one rule into the page unless an element with this id is there; our policy forbids styles in pages,
// and graph.css holds that rule.
const RULE = "__________cytoscape_stylesheet";

const FEW = 20; // things that find a place around the one that is spoken of most
const AROUND = { name: "concentric", concentric: (node) => node.degree(), levelWidth: (nodes) => Math.max(1, nodes.maxDegree() / 3), minNodeSpacing: 140, animate: false };
const SPREAD = { name: "cose", randomize: false, animate: false, nodeDimensionsIncludeLabels: true, idealEdgeLength: () => 80, nodeRepulsion: () => 8000, componentSpacing: 30 };
const READABLE = 0.85; // the zoom at which names are about 10 pixels high

/** Draw {nodes: {id, label, href}, edges: {from, to, label, manner, href, denied}} in an element. */
export async function draw(host, { nodes, edges }, note = "") {
  await Promise.all([script("vendor/cytoscape/cytoscape.min.js"), style("graph.css")]);
  if (!document.getElementById(RULE)) document.head.append(tag("meta", { id: RULE }));
  const canvas = tag("div", { class: "graph", role: "img", "aria-label": "Graph; the table tells the same" });
  const tools = tag("p", { class: "tools" });
  host.replaceChildren(tools, canvas, tag("p", { class: "hint" }, `Drag to move, Ctrl and the wheel to zoom; a line leads to the statement. ${note}`));
  const graph = globalThis.cytoscape({
    container: canvas,
    elements: elements(nodes, edges),
    style: looks(),
    layout: nodes.length <= FEW ? AROUND : SPREAD,
    userZoomingEnabled: false, // the wheel scrolls the page
    maxZoom: 3,
    minZoom: 0.1,
  });
  legible(graph);
  steer(graph, canvas, tools);
  return graph;
}

function steer(graph, canvas, tools) {
  const zoom = (factor) => graph.zoom({ level: graph.zoom() * factor, renderedPosition: { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 } });
  button(tools, "Closer", () => zoom(1.5));
  button(tools, "Farther", () => zoom(1 / 1.5));
  button(tools, "Whole", () => graph.fit());
  const allow = (event) => graph.userZoomingEnabled(event.ctrlKey);
  canvas.addEventListener("wheel", allow, { capture: true, passive: true });
  graph.on("tap", "[href]", (event) => location.assign(event.target.data("href")));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => graph.style(looks()));
}

/** Begin where most is, at a size that can be read, rather than with all of it too small. */
function legible(graph) {
  const [largest] = graph.elements().components().sort((a, b) => b.length - a.length);
  graph.fit(largest, 30);
  if (graph.zoom() > 1.4) graph.zoom(1.4);
  if (graph.zoom() < READABLE) graph.zoom(READABLE);
  const busiest = largest.nodes().max((node) => node.degree()).ele;
  graph.center(graph.zoom() > READABLE ? largest : busiest);
}

function button(host, name, act) {
  const made = tag("button", { type: "button" }, name);
  made.addEventListener("click", act);
  host.append(made, " ");
}

/** Nodes begin on a circle, in their order, so that the same data are drawn the same way. */
function elements(nodes, edges) {
  const round = (index) => (2 * Math.PI * index) / nodes.length;
  const place = (index) => ({ x: 300 * Math.cos(round(index)), y: 300 * Math.sin(round(index)) });
  return [
    ...nodes.map((node, index) => ({ data: data({ id: node.id, label: node.label, href: node.href }), position: place(index) })),
    ...edges.map((edge, index) => ({
      data: data({ id: `edge ${index}`, source: edge.from, target: edge.to, label: edge.manner ? `${edge.manner}: ${edge.label}` : edge.label, href: edge.href }),
      classes: edge.denied ? "denied" : "",
    })),
  ];
}

const data = (given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value));

function looks() {
  const { ink, paper, line, accent } = colours(["ink", "paper", "line", "accent"]);
  const words = { label: "data(label)", "font-size": 11, color: ink, "text-wrap": "wrap", "text-max-width": 120, "text-outline-color": paper, "text-outline-width": 2 };
  return [
    { selector: "node", style: { ...words, width: 14, height: 14, "background-color": accent, "text-valign": "bottom", "text-margin-y": 4 } },
    { selector: "edge", style: { ...words, "font-size": 9, "min-zoomed-font-size": 7, width: 1.5, "line-color": line, "curve-style": "bezier", "target-arrow-shape": "triangle", "target-arrow-color": line, "text-rotation": "autorotate" } },
    { selector: "edge.denied", style: { "line-style": "dashed", "target-arrow-shape": "tee" } },
  ];
}

for (const host of document.querySelectorAll("[data-graph]")) {
  const told = await json(host.dataset.graph);
  if (told.edges.length) await draw(host, told, told.note);
}
