// Runs once in each of three elements: what is told below the conversation, the saved questions, the report. `element`,
// `trigger` and `watch` are Gradio's; `ragPage.trigger` is panel.js's, by which questions are asked.
const tab = (name) =>
  [...document.querySelectorAll("#rag-tabs button[role=tab]")].find((one) => one.textContent.trim().startsWith(name));

const chosen = {
  "rag-accept": (button) => trigger("accept", { number: button.value, generation: button.dataset.generation }),
  "rag-drop": (button) => trigger("drop", { number: button.value }),
  "rag-forget-vain": (button) => trigger("forget", { numbers: button.value }),
  "rag-to-saved": () => tab("Saved")?.click(),
  "rag-again": (button) => {
    tab("Ask")?.click();
    window.ragPage?.trigger("example", { question: button.value, filters: JSON.parse(button.dataset.filters) });
  },
  "rag-by": (button) => group((by = button.value)),
};

// What the reader has unfolded and how the report is grouped outlast its being drawn again.
const unfolded = new Set();
let by = "topic";
const named = (folded) => folded.querySelector(".rag-topic-name")?.textContent;

function group(value) {
  for (const button of element.querySelectorAll(".rag-by"))
    button.setAttribute("aria-pressed", String(button.value === value));
  for (const part of element.querySelectorAll("[data-by]")) part.hidden = part.dataset.by !== value;
}

element.addEventListener("toggle", ({ target }) => unfolded[target.open ? "add" : "delete"](named(target)), true);

element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  const name = button && [...button.classList].find((one) => one in chosen);
  if (name) chosen[name](button);
});

// The answer whose question was saved says so.
watch("value", () => {
  for (const folded of element.querySelectorAll(".rag-topic")) folded.open = unfolded.has(named(folded));
  group(by);
  const key = element.querySelector(".rag-kept")?.dataset.key;
  const button = key && [...document.querySelectorAll("#rag-chat .rag-keep")].find((one) => one.value === key);
  if (button) button.textContent = "Saved";
});
