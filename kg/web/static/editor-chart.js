// A chart of bars, which is a table: what each bar stands for and its number are text.

import { columns, isNumber, naming, text } from "./editor-answer.js";
import { tag } from "./loading.js";

const BARS = 100;

export const suits = (answer) => columns(answer, isNumber).length > 0 && naming(answer, columns(answer, isNumber)) !== undefined;

export function draw(host, answer, names) {
  const [number] = columns(answer, isNumber);
  const name = naming(answer, [number]);
  const rows = answer.rows.filter((row) => row[number]);
  const most = Math.max(...rows.map((row) => Math.abs(Number(row[number].value))), Number.MIN_VALUE);
  const bars = rows.slice(0, BARS).map((row) => bar(text(row[name], names), Number(row[number].value), most));
  const caption = rows.length > BARS ? `${number} by ${name}: the first ${BARS} of ${rows.length}` : `${number} by ${name}`;
  const headings = tag("thead", {}, tag("tr", {}, ...[name, number, "bar"].map((one) => tag("th", { scope: "col" }, one))));
  host.replaceChildren(tag("table", { class: "chart" }, tag("caption", {}, caption), headings, tag("tbody", {}, ...bars)));
}

function bar(label, number, most) {
  const drawn = tag("div", { class: number < 0 ? "bar below" : "bar" });
  drawn.style.inlineSize = `${(100 * Math.abs(number)) / most}%`;
  return tag("tr", {}, tag("th", { scope: "row", dir: "auto" }, label), tag("td", { class: "number" }, String(number)), tag("td", { class: "track" }, drawn));
}
