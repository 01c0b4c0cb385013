// Runs once, as js_on_load of the box below the sources; on a phone it stands above them, and comes into view.
watch("value", () => {
  const box = element.querySelector(".rag-why, .rag-choose");
  if (box && matchMedia("(max-width: 899px)").matches) box.scrollIntoView({ block: "start" });
});
element.addEventListener("click", (event) => {
  const right = event.target.closest(".rag-right-one");
  const box = right?.closest(".rag-choose");
  if (box) trigger("right", { key: box.dataset.key, article: box.dataset.article, sentence: right.value });
});
