// Runs once, as js_on_load of the list of articles: one listener for all rows, however often they are drawn again.
element.addEventListener("click", (event) => {
  const row = event.target.closest(".rag-row");
  if (row) {
    for (const old of element.querySelectorAll(".rag-chosen")) old.classList.remove("rag-chosen");
    row.classList.add("rag-chosen");
    trigger("open_article", { article: row.value });
  } else if (event.target.closest(".rag-more")) {
    trigger("show_more", {});
  }
});
