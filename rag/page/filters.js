// Runs once, as js_on_load of the filters: one listener for the form, however often it is drawn again. What it says goes
// with each question; what was chosen outlasts a new drawing, as far as the articles still have it.
const form = () => element.querySelector(".rag-filters-form");
const field = (name) => form()?.querySelector(`input[name=${name}]`);
const DAY_MS = 86400000;
let chosen = gathered();
window.ragFilters = gathered;

function gathered() {
  const day = (name) => field(name)?.value ?? "";
  const sources = [...element.querySelectorAll("input[name=source]:checked")].map((box) => box.value);
  return { since: day("since"), until: day("until"), as_of: day("as_of"), sources };
}

function told() {
  const days = [
    chosen.since && `from ${chosen.since}`,
    chosen.until && `until ${chosen.until}`,
    chosen.as_of && `as of ${chosen.as_of}`,
  ].filter(Boolean);
  const outlets = chosen.sources.length ? chosen.sources.join(", ") : "all outlets";
  return `${days.join(", ") || "all dates"}, ${outlets}`;
}

function changed() {
  chosen = gathered();
  const now = element.querySelector(".rag-filters-now");
  if (!now) return;
  now.textContent = told();
  now.classList.toggle("rag-filters-on", Object.values(chosen).some((value) => value.length));
  slide();
}

// The slider stands where the day does; without one, at its end.
function slide() {
  const slider = element.querySelector(".rag-asof-slider");
  if (!slider) return;
  const first = Date.parse(slider.dataset.first);
  const day = new Date(chosen.as_of || first + slider.max * DAY_MS);
  slider.value = (day - first) / DAY_MS;
  const words = day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  slider.setAttribute("aria-valuetext", chosen.as_of ? words : `${words}, no limit`);
}

element.addEventListener("input", (event) => {
  const slider = event.target;
  if (slider.matches(".rag-asof-slider")) {
    const day = new Date(Date.parse(slider.dataset.first) + slider.valueAsNumber * DAY_MS);
    field("as_of").value = slider.value === slider.max ? "" : day.toISOString().slice(0, 10);
  }
  changed();
});
element.addEventListener("change", changed);
element.addEventListener("click", (event) => {
  if (!event.target.closest(".rag-filters-clear")) return;
  for (const input of form().querySelectorAll("input")) {
    if (input.type === "checkbox") input.checked = false;
    else if (input.type === "date") input.value = "";
  }
  changed();
});
watch("value", () => {
  for (const name of ["since", "until", "as_of"]) if (field(name)) field(name).value = chosen[name];
  for (const box of element.querySelectorAll("input[name=source]")) box.checked = chosen.sources.includes(box.value);
  changed();
});
