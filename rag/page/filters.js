// Runs once, as js_on_load of the filters: one listener for the form, however often it is drawn again.
const form = () => element.querySelector(".rag-filters-form");
const field = (name) => form()?.querySelector(`input[name=${name}]`);
const DAY_MS = 86400000;

function gathered() {
  const day = (name) => field(name)?.value ?? "";
  const sources = [...element.querySelectorAll("input[name=source]:checked")].map((box) => box.value);
  return { since: day("since"), until: day("until"), as_of: day("as_of"), sources };
}

function told(chosen) {
  const days = [
    chosen.since && `from ${chosen.since}`,
    chosen.until && `until ${chosen.until}`,
    chosen.as_of && `as of ${chosen.as_of}`,
  ].filter(Boolean);
  const outlets = chosen.sources.length ? chosen.sources.join(", ") : "all outlets";
  return `${days.join(", ") || "all dates"}, ${outlets}`;
}

function changed() {
  const chosen = gathered();
  const now = element.querySelector(".rag-filters-now");
  now.textContent = told(chosen);
  now.classList.toggle("rag-filters-on", Object.values(chosen).some((value) => value.length));
  trigger("chosen", chosen);
}

element.addEventListener("input", (event) => {
  if (!event.target.matches(".rag-asof-slider")) return;
  const slider = event.target;
  const day = new Date(Date.parse(slider.dataset.first) + slider.valueAsNumber * DAY_MS);
  field("as_of").value = slider.value === slider.max ? "" : day.toISOString().slice(0, 10);
});
element.addEventListener("change", changed);
element.addEventListener("click", (event) => {
  if (!event.target.closest(".rag-filters-clear")) return;
  for (const input of form().querySelectorAll("input")) {
    if (input.type === "checkbox") input.checked = false;
    else input.value = input.type === "range" ? input.max : "";
  }
  changed();
});
