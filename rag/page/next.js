// Runs once, as js_on_load of the chips below the conversation. Chips that come late, when another question has been
// asked meanwhile, belong to nothing on the page any more; and they go as soon as something is asked.
const asked = () => document.querySelectorAll("#rag-chat .rag-question").length;
const tidy = () => {
  const chips = element.querySelector(".rag-next");
  if (chips && Number(chips.dataset.after) !== asked()) chips.remove();
};

watch("value", tidy);
new MutationObserver(tidy).observe(document.querySelector("#rag-left") ?? document.body, {
  childList: true,
  subtree: true,
});
