// Runs once, as js_on_load of the reader: where the columns are stacked, an article that opens comes into view.
watch("value", () => {
  if (element.querySelector(".rag-reader") && matchMedia("(max-width: 899px)").matches)
    requestAnimationFrame(() => element.scrollIntoView({ block: "start" }));
});
