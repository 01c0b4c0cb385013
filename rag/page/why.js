// Runs once, as js_on_load of the box below the sources.
element.addEventListener("click", (event) => {
  const right = event.target.closest(".rag-right-one");
  const box = right?.closest(".rag-choose");
  if (box) trigger("right", { key: box.dataset.key, article: box.dataset.article, sentence: right.value });
});
