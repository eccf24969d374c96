// Suggestions for every search form: a combobox (ARIA Authoring Practices, "list autocomplete with manual selection").
// Without this module the form works as a plain form.
const WAIT = 120;
let count = 0;

for (const form of document.querySelectorAll("form.find")) {
  const input = form.querySelector("input[type=search]");
  const list = document.createElement("ul");
  list.id = `suggestions-${count++}`;
  list.className = "suggestions";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Suggestions");
  form.append(list);
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-autocomplete", "list");
  input.setAttribute("aria-expanded", "false");
  input.setAttribute("aria-controls", list.id);
  let timer = 0;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const show = ({ things, statements }) => {
    const found = [
      ...things.map((t) => ({ url: t.url, text: t.label, lang: t.language, more: t.form === t.label ? t.kind : `${t.kind}, also ${t.form}` })),
      ...statements.slice(0, 4).map((s) => ({ url: s.url, text: `“${s.words}”`, lang: "", more: `${s.denied ? "denied" : "said"} by ${s.voice}` })),
    ];
    list.replaceChildren(...found.map((one, number) => {
      const item = document.createElement("li");
      item.id = `${list.id}-${number}`;
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", "false");
      item.dataset.url = one.url;
      const text = document.createElement("bdi");
      text.textContent = one.text;
      if (one.lang) text.lang = one.lang;
      const more = document.createElement("small");
      more.textContent = ` ${one.more}`;
      item.append(text, more);
      return item;
    }));
    list.hidden = found.length === 0;
    input.setAttribute("aria-expanded", String(found.length > 0));
  };

  const ask = async () => {
    const words = input.value.trim();
    const mine = ++asked;
    if (words.length < 2) return close();
    const answer = await fetch(`/search?q=${encodeURIComponent(words)}`, { headers: { Accept: "application/json" } });
    if (answer.ok && mine === asked && document.activeElement === input) show(await answer.json());
  };

  const choose = (step) => {
    const items = [...list.children];
    if (list.hidden || items.length === 0) return;
    const now = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
    const next = now < 0 ? (step > 0 ? 0 : items.length - 1) : (now + step + items.length) % items.length;
    items.forEach((item, number) => item.setAttribute("aria-selected", String(number === next)));
    input.setAttribute("aria-activedescendant", items[next].id);
    items[next].scrollIntoView({ block: "nearest" });
  };

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, WAIT); });
  input.addEventListener("blur", () => setTimeout(close, 150));
  input.addEventListener("keydown", (event) => {
    const chosen = list.querySelector("[aria-selected=true]");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); choose(event.key === "ArrowDown" ? 1 : -1); }
    else if (event.key === "Escape" && !list.hidden) { event.preventDefault(); close(); }
    else if (event.key === "Enter" && chosen && !list.hidden) { event.preventDefault(); location.assign(chosen.dataset.url); }
  });
  list.addEventListener("mousedown", (event) => {
    const item = event.target.closest("li");
    if (item) { event.preventDefault(); location.assign(item.dataset.url); }
  });
}
