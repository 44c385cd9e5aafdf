// Forms that carry a document: pasted, written or chosen as a file. What they would change is shown before it is saved.

import { dropTarget } from "../web/drop.js";
import { busy, send } from "./sending.js";

const INTO_EDITOR = 1024 * 1024; // bytes: a larger file is sent as it is
let chosen = null;

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-document-form]")) return;
  event.preventDefault();
  save(event.target);
});

async function save(form, expected = "") {
  const place = form.querySelector("[data-form-error]") ?? document.querySelector("[data-page-error]");
  place.replaceChildren();
  const answer = await busy(form.querySelector("button[data-busy]"), () => send(form.action, bodyOf(form, expected)));
  if (answer.left) return;
  if (answer.refusal) return refuse(form, place, answer.refusal);
  show(form, answer.nodes ?? []);
}

function bodyOf(form, expected) {
  const body = new FormData(form);
  const text = body.get("document");
  // As a file, because a field has less room than a document may need.
  if (text !== null) body.set("document", chosen ?? new Blob([text], { type: "text/plain" }), chosen?.name ?? "document");
  if (expected) body.set("expected", expected);
  return body;
}

function refuse(form, place, refusal) {
  place.replaceChildren(document.adoptNode(refusal));
  const { line, column } = refusal.dataset;
  const editor = form.querySelector("[data-editor]");
  if (line && editor && !chosen) editor.dispatchEvent(new CustomEvent("goto", { detail: { line: Number(line), column: Number(column) || 1 } }));
  else place.scrollIntoView({ block: "nearest" });
}

function show(form, nodes) {
  const place = document.querySelector("[data-changes]");
  place.replaceChildren(...nodes);
  const shown = place.querySelector("[data-changes-shown]");
  shown?.addEventListener("click", (event) => {
    const apply = event.target.closest("[data-apply]");
    if (apply) busy(apply, () => save(form, apply.dataset.apply));
    if (event.target.closest("[data-drop-changes]")) place.replaceChildren();
  });
  shown?.scrollIntoView({ block: "nearest" });
  shown?.querySelector("[data-apply]")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (!(event.metaKey || event.ctrlKey) || event.key.toLowerCase() !== "s") return;
  const form = document.querySelector("[data-save-shortcut]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-file]") && event.target.files.length) take(event.target.closest("form"), event.target.files[0]);
});

document.querySelectorAll("[data-file-drop]").forEach((zone) => dropTarget(zone, (files) => files.length && take(zone.closest("form"), files[0])));

async function take(form, file) {
  const editor = form.querySelector("[data-editor]");
  const field = editor.querySelector("[data-text]");
  form.querySelector("[data-file-name]").textContent = file.name;
  chosen = file.size > INTO_EDITOR ? file : null;
  field.value = chosen ? "" : await file.text();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-text]") && event.target.value) chosen = null;
});

// Parts that htmx sends say why they were refused in one place above.
document.addEventListener(
  "htmx:responseError",
  (event) => {
    const place = document.querySelector("[data-page-error]");
    if (!place || !event.target.closest?.("[data-actions]")) return;
    const page = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
    const refusal = page.querySelector("[data-refusal]");
    if (!refusal) return;
    event.stopImmediatePropagation();
    document.querySelector("dialog[open]")?.close();
    place.replaceChildren(document.adoptNode(refusal));
    place.scrollIntoView({ block: "nearest" });
  },
  true,
);
