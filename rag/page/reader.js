// Runs as js_on_load of the reader, which is there only while an article is open: where the columns are stacked, the
// article comes into view, as soon as it is drawn.
function come(nFrames = 60) {
  if (!matchMedia("(max-width: 899px)").matches || nFrames === 0) return;
  if (element.querySelector(".rag-reader")?.offsetParent) (element.closest("#rag-reading") ?? element).scrollIntoView({ block: "start" });
  else requestAnimationFrame(() => come(nFrames - 1));
}
watch("value", () => come());
come();
