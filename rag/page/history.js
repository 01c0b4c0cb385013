// Runs once, as js_on_load of the bar above the conversation.
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".rag-new")) trigger("begin", {});
  else if (button.matches(".rag-open")) trigger("resume", { key: button.value });
  else if (button.matches(".rag-forget")) trigger("forget", { key: button.value });
});
