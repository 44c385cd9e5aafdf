// Keys: ⌘K search, / search here, n new, ? all, [ ] sources, ⌘↵ the main thing, Esc stop. Single keys can be switched off.

import { openDialog } from "./dialogs.js";

const MAC = /Mac|iPhone|iPad/.test(navigator.platform);
const OFF = "bottega-single-keys-off";

export function startShortcuts() {
  if (!MAC) document.querySelectorAll("[data-modifier]").forEach((key) => (key.textContent = "Ctrl"));
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-open-search]")) openDialog("search-dialog");
    if (event.target.closest("[data-open-shortcuts]")) openDialog("shortcuts-dialog");
  });
  const toggle = document.querySelector("[data-single-keys]");
  if (!toggle) return;
  toggle.checked = !stored(OFF);
  toggle.addEventListener("change", () => (toggle.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function onKey(event) {
  const modifier = MAC ? event.metaKey : event.ctrlKey;
  if (modifier && !event.altKey && event.key.toLowerCase() === "k") return act(event, () => openDialog("search-dialog"));
  if (modifier && event.key === "Enter") return pressPrimary(event);
  if (event.key === "Escape") return onEscape();
  if (event.metaKey || event.ctrlKey || event.altKey || event.isComposing) return undefined;
  if (isTyping(event.target) || document.querySelector("dialog[open]") || stored(OFF)) return undefined;
  return singleKeys[event.key]?.(event);
}

const singleKeys = {
  "/": (event) => act(event, () => visible("[data-page-search], main input[type=search]")?.focus() ?? openDialog("search-dialog")),
  "?": (event) => act(event, () => openDialog("shortcuts-dialog")),
  n: (event) => visible("[data-new]") && act(event, () => visible("[data-new]").click()),
  "[": (event) => step(event, -1),
  "]": (event) => step(event, 1),
};

function act(event, what) {
  event.preventDefault();
  what();
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].find((element) => element.offsetParent) ?? null;
}

function step(event, by) {
  document.dispatchEvent(new CustomEvent("citation-step", { detail: by }));
}

function pressPrimary(event) {
  const form = event.target.closest?.("form");
  const button = visible("[data-primary]") ?? form?.querySelector("button.btn-primary, button[type=submit]");
  if (button && !button.disabled) act(event, () => button.click());
}

function onEscape() {
  if (document.querySelector("dialog[open], [popover]:popover-open:not(#toasts)")) return;
  visible("[data-stop]")?.click();
}

function isTyping(element) {
  return element.isContentEditable || element.matches?.("input, textarea, select");
}
