// Runs once, as js_on_load of the panel (`element`, `trigger` and `watch` are Gradio's). Everything clickable in the
// conversation and the panel is found by one listener on the document, since messages are drawn again and again.
const page = (window.ragPage ??= {});
page.trigger = trigger; // the newest panel's, should Gradio ever build it again

const NARROW = "(max-width: 899px)"; // the same width as in page.css: below it, the columns are stacked
const root = () => document.querySelector("#rag-sources .rag-panel");
const behavior = () => (matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth");

// Show the article of `spot` and its marks. `how.jump`: the reader asked for it, so bring the panel into view as well.
function show(spot, how) {
  const panel = root();
  const chip = panel && [...panel.querySelectorAll(".rag-chip .rag-spot")].find((b) => b.value === spot);
  if (!chip) return false;
  for (const other of panel.querySelectorAll(".rag-chip .rag-spot"))
    other.setAttribute("aria-pressed", String(other === chip));
  for (const section of panel.querySelectorAll(".rag-article"))
    section.hidden = section.dataset.place !== chip.dataset.place;
  const marks = [...panel.querySelectorAll("[data-spots]")].filter((m) => m.dataset.spots.split(" ").includes(spot));
  for (const old of panel.querySelectorAll(".rag-active")) old.classList.remove("rag-active");
  for (const mark of marks) mark.classList.add("rag-active");
  for (const marker of document.querySelectorAll("#rag-chat .rag-spot"))
    marker.classList.toggle("rag-current", marker.value === spot);
  if (marks.length) reveal(panel, marks[0], how);
  return true;
}

function reveal(panel, mark, how) {
  const box = panel.querySelector(".rag-scroll");
  if (matchMedia(NARROW).matches) {
    if (how.jump) mark.scrollIntoView({ block: "center", behavior: behavior() });
  } else {
    const offset = mark.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTo({ top: box.scrollTop + offset - box.clientHeight / 3, behavior: how.jump ? behavior() : "auto" });
  }
  if (how.keyboard) mark.focus({ preventScroll: true });
}

function open(button, keyboard) {
  page.from = button;
  const how = { jump: true, keyboard };
  if (show(button.value, how)) return;
  page.pending = how; // an older answer: its panel comes from the server, and `watch` below goes on from there
  page.trigger("open_spot", { spot: button.value });
}

async function copy(button) {
  const text = document.getElementById("copy-" + button.value)?.textContent;
  if (text === undefined || !navigator.clipboard) return;
  await navigator.clipboard.writeText(text);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Copy"), 1500);
}

function save(button) {
  const text = document.getElementById("json-" + button.value)?.textContent;
  if (text === undefined) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = "answer.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

async function link(button) {
  if (!navigator.clipboard) return;
  await navigator.clipboard.writeText(`${location.origin}${location.pathname}?${button.value}`);
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = "Link"), 1500);
}

// A link that asks: once, so that a reload goes on with the conversation; `article` and `s` open what it is about.
page.askLinked = () => {
  const address = new URL(location.href);
  const names = ["q", "article", "s", "as_of", "since", "until"];
  const { q, article, s, ...days } = Object.fromEntries(names.map((name) => [name, address.searchParams.get(name)]));
  if (!q?.trim()) return;
  const filters = { ...days, sources: address.searchParams.getAll("sources") };
  for (const name of [...names, "sources"]) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
  page.trigger("example", { question: q, filters, article, sentence: s });
};

function back() {
  const target = page.from?.isConnected ? page.from : document.querySelector("#rag-chat");
  target?.scrollIntoView({ block: "center", behavior: behavior() });
  target?.focus?.({ preventScroll: true });
}

const current = () => root()?.querySelector(".rag-chip .rag-spot[aria-pressed=true]")?.value ?? root()?.dataset.open;

const actions = {
  "rag-ask-why": () => page.trigger("why", { spot: current() }),
  "rag-ask-wrong": () => page.trigger("wrong", { spot: current() }),
  "rag-ask-others": () => page.trigger("others", { spot: current() }),
  "rag-other": (button, keyboard) => {
    page.pending = { jump: true, keyboard };
    page.trigger("open_other", { article: button.dataset.article, sentence: button.value });
  },
  "rag-spot": (button, keyboard) => open(button, keyboard),
  "rag-example": (button) => page.trigger("example", { question: button.value }),
  "rag-follow": (button) => page.trigger("example", { question: button.value }),
  "rag-goto": () => document.querySelectorAll("#rag-tabs button[role=tab]")[1]?.click(),
  "rag-copy": (button) => copy(button),
  "rag-save": (button) => save(button),
  "rag-keep": (button) => page.trigger("keep", { key: button.value }),
  "rag-link": (button) => link(button),
  "rag-back": () => back(),
};

// The card beside a marker: what it cites, without leaving the answer.
function card(marker) {
  const source = marker && document.getElementById("card-" + marker.value);
  page.card?.remove();
  page.card = undefined;
  if (!source) return;
  page.card = document.createElement("div");
  page.card.className = "rag-card";
  page.card.setAttribute("role", "tooltip");
  page.card.append(...[...source.childNodes].map((node) => node.cloneNode(true)));
  document.querySelector(".gradio-container main").append(page.card); // in the landmark that its marker is in
  const at = marker.getBoundingClientRect();
  const width = page.card.offsetWidth;
  const height = page.card.offsetHeight;
  const left = Math.max(12, Math.min(at.left - 24, innerWidth - width - 12));
  const top = at.top > height + 12 ? at.top - height - 8 : at.bottom + 8;
  page.card.style.left = `${left}px`;
  page.card.style.top = `${top}px`;
}

// Gradio's own button has no name; it is drawn again at times.
const named = () => document.querySelector("#rag-question .submit-button")?.setAttribute("aria-label", "Ask");
named();
new MutationObserver(named).observe(document.querySelector("#rag-question") ?? document.body, { childList: true, subtree: true });

// where a keyboard is likely, typing can start at once; on a phone it would cover half the page
if (!matchMedia(NARROW).matches) document.querySelector("#rag-question textarea")?.focus({ preventScroll: true });

if (!page.listening) {
  page.listening = true;
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[class*=rag-]");
    const name = button && [...button.classList].find((one) => one in actions);
    if (!name) return;
    event.preventDefault();
    card(null);
    actions[name](button, event.detail === 0);
  });
  const marker = (event) => event.target.closest?.("#rag-chat .rag-marker");
  document.addEventListener("mouseover", (event) => card(marker(event)));
  document.addEventListener("focusin", (event) => event.target.matches?.(":focus-visible") && card(marker(event)));
  document.addEventListener("focusout", () => card(null));
  document.addEventListener("scroll", () => card(null), { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    card(null);
    if (document.activeElement?.closest("#rag-sources")) back();
  });
}

watch("value", () => {
  const how = page.pending ?? { jump: false, keyboard: false };
  page.pending = undefined;
  const spot = root()?.dataset.open;
  if (spot) show(spot, how);
});
