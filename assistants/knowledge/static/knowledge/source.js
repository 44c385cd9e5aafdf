// A source's own page: its settings, another file for it, and the place in its text that was asked for.

import "./forms.js";
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
  if (!event.detail.successful) return;
  if (event.target.matches("[data-then-leave]")) location.assign(page.dataset.base);
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
