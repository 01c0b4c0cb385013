// Filters the list of questions. Without this script every question is still there.
(() => {
  const all = [...document.querySelectorAll(".question")];
  const chips = [...document.querySelectorAll(".chips button")];
  const words = document.getElementById("words");
  const kind = document.getElementById("kind");
  const shown = document.getElementById("shown");
  const text = new Map(all.map((q) => [q, q.textContent.toLowerCase()]));

  function filter() {
    const outcomes = chips.filter((c) => c.ariaPressed === "true").map((c) => c.dataset.outcome);
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const q of all) {
      const keep =
        (!outcomes.length || outcomes.includes(q.dataset.outcome)) &&
        (!kind || !kind.value || kind.value === q.dataset.kind) &&
        wanted.every((w) => text.get(q).includes(w));
      q.hidden = !keep;
      n += keep;
    }
    shown.textContent = n === all.length ? `${n.toLocaleString("en")} questions` : `${n.toLocaleString("en")} of ${all.length.toLocaleString("en")} questions`;
    document.getElementById("none").hidden = n > 0;
  }
  function press(names) {
    for (const c of chips) c.ariaPressed = String(names.includes(c.dataset.outcome));
  }
  for (const c of chips) c.addEventListener("click", () => { c.ariaPressed = String(c.ariaPressed !== "true"); filter(); });
  words.addEventListener("input", filter);
  kind?.addEventListener("change", filter);
  for (const a of document.querySelectorAll("[data-show]")) {
    a.addEventListener("click", () => { press([a.dataset.show]); filter(); });
  }
  for (const a of document.querySelectorAll("a[data-kind]")) {
    a.addEventListener("click", () => { kind.value = a.dataset.kind; filter(); });
  }
  function open() {
    const at = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (at?.classList.contains("question")) { at.open = true; at.scrollIntoView({ block: "center" }); }
  }
  addEventListener("hashchange", open);
  open();
})();
