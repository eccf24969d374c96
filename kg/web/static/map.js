// A map of places whose coordinates are recorded, on borders that come with the page: no tiles, so that no other host
// learns which places somebody looks at. Drawn by Leaflet.

import { json, script, style, tag, address } from "./loading.js";

const NAMED = 15; // so many names at most stand on the map by themselves
const POINT = /^\s*(?:<[^>]*>\s*)?POINT\s*Z?\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)/i; // longitude first (OGC Simple Features)

/** Draw items {wkt, label, href, note} in an element; those without a point are listed below the map. */
export async function draw(host, items, note = "") {
  await load();
  const L = globalThis.L;
  const placed = items.map((item) => ({ ...item, at: point(item.wkt) }));
  const ground = tag("div", { class: "map", role: "group", "aria-label": "Map; the table tells the same" });
  const known = placed.filter((item) => item.at);
  host.replaceChildren(known.length ? ground : "", unplaced(placed.filter((item) => !item.at)), tag("p", { class: "hint" }, note));
  if (!known.length) return null;
  const map = L.map(ground, { minZoom: 1, maxZoom: 9, worldCopyJump: true, zoomSnap: 0.5 });
  map.attributionControl.setPrefix(false);
  const { topojson } = globalThis;
  const world = await json(address("vendor/world-atlas/countries-50m.json"));
  const countries = topojson.feature(world, world.objects.countries);
  for (const { geometry } of countries.features) unwrap(geometry.coordinates);
  const attribution = "Borders as Natural Earth draws them";
  L.geoJSON(countries, { interactive: false, attribution, style: { className: "ground" } }).addTo(map);
  const marks = known.map((item) => mark(L, item, known.length <= NAMED).addTo(map));
  map.fitBounds(L.featureGroup(marks).getBounds().pad(0.3), { maxZoom: 5.5 });
  return map;
}

/** Let borders that cross the 180th meridian go on beyond it, where they would else be drawn around the world. */
function unwrap(parts) {
  if (Array.isArray(parts[0][0])) parts.forEach((part) => (Array.isArray(part[0]?.[0]) ? unwrap(part) : unwrapRing(part)));
}

function unwrapRing(ring) {
  for (let index = 1; index < ring.length; index += 1) {
    const step = ring[index][0] - ring[index - 1][0];
    ring[index] = [ring[index][0] - 360 * Math.round(step / 360), ring[index][1]];
  }
}

function mark(L, item, permanent) {
  const icon = L.divIcon({ className: "mark", iconSize: [18, 18] });
  const content = tag("div", { dir: "auto" }, item.href ? tag("a", { href: item.href }, item.label) : item.label);
  if (item.note) content.append(tag("p", {}, item.note));
  return L.marker(item.at, { icon, title: item.label, alt: item.label }).bindPopup(content).bindTooltip(item.label, { permanent });
}

function unplaced(items) {
  if (!items.length) return "";
  const list = items.map((item) => tag("li", { dir: "auto" }, item.href ? tag("a", { href: item.href }, item.label) : item.label));
  return tag("div", { class: "unplaced" }, tag("p", {}, "No coordinates are recorded for these; they are not guessed:"), tag("ul", {}, ...list));
}

function point(wkt) {
  const found = POINT.exec(wkt ?? "");
  return found ? [Number(found[2]), Number(found[1])] : null;
}

function load() {
  return Promise.all([
    script("vendor/leaflet/leaflet.js"),
    script("vendor/topojson-client/topojson-client.min.js"),
    style("vendor/leaflet/leaflet.css"),
    style("map.css"),
  ]);
}

for (const host of document.querySelectorAll("[data-map]")) {
  const told = await json(host.dataset.map);
  await draw(host, told.items, told.note);
}
