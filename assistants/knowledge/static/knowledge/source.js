// A source's own page: its settings, another file for it, and the place in its text that was asked for.

import "./forms.js";
import "./asking.js";
import { editPairs } from "./pairs.js";
import { upload } from "../web/upload.js";

const page = document.querySelector("[data-source-page]");
const status = page?.querySelector("[data-replace-status]");

page?.addEventListener("click", (event) => {
  if (event.target.closest("[data-detail-add]")) add(event.target.closest("[data-details]"));
  if (event.target.closest("[data-detail-remove]")) event.target.closest("[data-detail]").remove();
  if (event.target.closest("[data-close-contents]")) document.getElementById("knowledge-contents").replaceChildren();
  if (event.target.closest("[data-clear-found]")) document.getElementById("knowledge-within").replaceChildren();
});

page?.addEventListener("change", async (event) => {
  const address = event.target.dataset?.replace;
  if (!address || !event.target.files.length) return;
  status.textContent = "";
  try {
    await upload(address, event.target.files[0]);
    location.reload();
  } catch (error) {
    status.textContent = error.message;
  }
  event.target.value = "";
});

page?.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.successful || event.detail.xhr.status !== 204) return; // a question, or a part of the page
  if (event.target.matches("[data-then-leave], [data-sure]")) location.assign(page.dataset.base);
  if (event.target.matches("[data-then-reload]")) location.reload();
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.target.matches("input, textarea, select")) return;
  const step = { ArrowLeft: "-1", ArrowRight: "1" }[event.key];
  const link = step && page?.querySelector(`a[data-step="${step}"][href]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

function add(details) {
  const detail = details.querySelector("[data-detail-template]").content.firstElementChild.cloneNode(true);
  details.querySelector("[data-detail-add]").before(detail);
  detail.querySelector("input").focus();
}

// A passage and its place on the page's picture light up together.
for (const [kind, light] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]])
  page?.addEventListener(kind, (event) => {
    const here = event.target.closest("[data-band], [data-mark]");
    if (here) mark(here.dataset.mark ?? here.id, light);
  });

page?.addEventListener("click", (event) => {
  const drawn = event.target.closest("[data-mark]");
  const band = drawn && document.getElementById(drawn.dataset.mark);
  band?.focus();
  band?.scrollIntoView({ block: "nearest" });
});

function mark(id, light) {
  const drawn = page.querySelector(`[data-mark="${CSS.escape(id)}"]`);
  const held = light || document.activeElement?.id === id;
  drawn?.setAttribute("fill-opacity", held ? "0.45" : "0.15");
}

// The text stands beside it: a page that cannot be drawn is only less pretty.
page?.addEventListener("error", (event) => event.target.closest?.("[data-cut-picture]") && withoutPicture(event.target.closest("[data-cut-picture]")), true);

function withoutPicture(figure) {
  figure.parentElement.className = "";
  figure.remove();
}

function show() {
  const opened = document.querySelector("[data-opened]");
  opened?.scrollIntoView({ block: "center" });
  opened?.focus({ preventScroll: true });
}

document.body.addEventListener("htmx:afterSettle", (event) => {
  const editor = event.detail.target?.querySelector?.("[data-pairs]");
  if (editor && event.detail.target.id === "knowledge-contents") editPairs(editor);
});
document.body.addEventListener("htmx:afterSettle", (event) => event.detail.elt?.id === "knowledge-cut" && show());
show();
