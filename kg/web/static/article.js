// Claims open beside the text without loading the page again. Without this module each mark is a link that does so.
const panel = document.getElementById("panel");
const reading = document.querySelector(".reading");
const marks = [...document.querySelectorAll(".text .mark")];

const light = () => {
  const open = new Set([...panel.querySelectorAll("[data-claim]")].map((claim) => claim.dataset.claim));
  for (const mark of marks) mark.classList.toggle("lit", mark.dataset.claims.split(" ").some((claim) => open.has(claim)));
  reading.classList.toggle("has-open", open.size > 0);
};

const load = async (address) => {
  const part = new URL(address);
  part.hash = "";
  part.searchParams.set("part", "panel");
  const answer = await fetch(part, { headers: { Accept: "text/html" } });
  if (!answer.ok) return location.assign(address);
  panel.innerHTML = await answer.text();
  panel.scrollTop = 0;
  light();
};

const open = async (address, focus) => {
  await load(address);
  history.pushState({}, "", address);
  if (focus) document.getElementById("panel-title")?.focus();
};

let last = null;
for (const mark of marks.filter((one) => one.href)) {
  mark.addEventListener("click", (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    last = mark;
    open(mark.href, event.detail === 0);
  });
}

const shut = async () => {
  const close = panel.querySelector(".close");
  if (!close) return;
  await open(close.href, false);
  last?.focus();
};

panel.addEventListener("click", (event) => {
  if (event.target.closest(".close")) { event.preventDefault(); shut(); }
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector(".suggestions:not([hidden])")) shut();
});
addEventListener("popstate", () => load(location.href));
