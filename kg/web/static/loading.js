// What a page's modules load from this host: prebuilt scripts, their styles, and JSON.

const loaded = new Map();

export function address(path) {
  return new URL(path, import.meta.url).href;
}

/** Run a classic script once; prebuilt packages put themselves into globals. */
export function script(path) {
  return once(path, () => element("script", { src: address(path) }));
}

export function style(path) {
  return once(path, () => element("link", { rel: "stylesheet", href: address(path) }));
}

function once(path, make) {
  if (!loaded.has(path)) loaded.set(path, make());
  return loaded.get(path);
}

function element(name, attributes) {
  return new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement(name), attributes);
    made.onload = () => resolve();
    made.onerror = () => reject(new Error(`cannot load ${attributes.src ?? attributes.href}`));
    document.head.append(made);
  });
}

/** Fetch JSON; the error that the server tells becomes the message. */
export async function json(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { Accept: "application/json", ...options.headers } });
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.detail ?? answer.statusText);
  return told;
}

/** An element with attributes and children; text is never read as markup. */
export function tag(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

/** The colours of the page, by the names of its CSS variables, for what is drawn on a canvas. */
export function colours(names) {
  const styles = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, styles.getPropertyValue(`--${name}`).trim()]));
}

/** An address with the generation that this page shows, where it is one of the past. */
export function here(path) {
  const address = new URL(path, location.href);
  const generation = new URLSearchParams(location.search).get("generation");
  if (generation) address.searchParams.set("generation", generation);
  return address.href;
}
