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

// What opens below the conversation (chips, filters) takes room from it: whoever was less than a screen from its end
// still sees the end; looked at again once Gradio, which may be on its way to where the end was, has arrived there.
const chat = document.querySelector("#rag-chat");
let heightBefore = chat?.clientHeight ?? 0;
const toEnd = (within) => {
  const scroller = chat.querySelector(".panel-wrap");
  const hidden = scroller ? scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop : 0;
  if (hidden > 0 && hidden < within) scroller.scrollTop = scroller.scrollHeight;
};
const keepEnd = () => {
  const taken = heightBefore - chat.clientHeight;
  heightBefore = chat.clientHeight;
  if (taken <= 0) return;
  toEnd(chat.clientHeight + taken);
  setTimeout(() => toEnd(taken + 60), 700);
};
if (chat) new ResizeObserver(keepEnd).observe(chat);
