// Runs once, as js_on_load of the bar above the conversation, after kept.js.
const PRESENT = "rag-conversation";
element.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".rag-new")) trigger("begin", {});
  else if (button.matches(".rag-open")) {
    sessionStorage.setItem(PRESENT, button.value);
    trigger("resume", {});
  } else if (button.matches(".rag-forget")) {
    forget(button.value, sessionStorage.getItem(PRESENT));
    trigger("forget", {});
  }
});
