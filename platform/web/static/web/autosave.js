// Saves a form while somebody writes: 800 ms after the last change, one request at a time, again where it failed.
//
//   autosave(form, { save: async (form, signal) => {…}, onSaved, onConflict })
//   <form data-autosave action="…"> posts itself; a [data-save-state] in or beside it says how it stands.

import { ApiError, request } from "./api.js";
import { word } from "./words.js";

const WAIT = 800;
const RETRY = [2000, 4000, 8000, 15000, 30000];
const WORDS = { waiting: "unsaved", saving: "saving", saved: "saved", retrying: "notSaved", failed: "notSavedStop" };

export function autosave(form, { save = postForm, state = findState(form), delay = WAIT, onSaved = null, onConflict = null } = {}) {
  let timer = 0;
  let running = null;
  let dirty = false;
  let failures = 0;

  const show = (name, words = word(WORDS[name])) => {
    form.dataset.saveState = name;
    if (!state) return;
    state.dataset.state = name;
    const text = state.querySelector("[data-save-words]");
    if (text && text.textContent !== words) text.textContent = words;
  };
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(run, wait);
  };
  const run = async () => {
    if (running || !dirty) return running;
    clearTimeout(timer);
    dirty = false;
    show("saving");
    running = attempt();
    await running;
    return undefined;
  };
  const attempt = async () => {
    try {
      const result = await save(form);
      failures = 0;
      running = null;
      if (dirty) return later(0);
      show("saved");
      return onSaved?.(result);
    } catch (error) {
      running = null;
      dirty = true;
      return fail(error);
    }
  };
  const fail = (error) => {
    const final = error instanceof ApiError && error.status >= 400 && error.status < 500 && ![408, 425, 429].includes(error.status);
    if (error.status === 412 && onConflict) onConflict(error);
    show(final ? "failed" : "retrying", final && error.message ? error.message : undefined);
    if (!final) later(RETRY[Math.min(failures++, RETRY.length - 1)]);
  };
  const changed = (event) => {
    if (event?.target?.closest?.("[data-no-autosave]")) return;
    dirty = true;
    if (form.dataset.saveState !== "retrying") show("waiting");
    later(delay);
  };

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => form.hasAttribute("data-autosave") && (event.preventDefault(), (dirty = true), run()));
  addEventListener("online", () => dirty && later(0));
  addEventListener("beforeunload", (event) => (dirty || running) && event.preventDefault());
  return { changed, flush: run, get dirty() { return dirty || Boolean(running); } };
}

function findState(form) {
  return form.querySelector("[data-save-state]") ?? document.querySelector("[data-save-state]");
}

async function postForm(form) {
  return (await request(form.action, { method: "POST", form: new FormData(form) })).data;
}

export function startAutosave(root = document) {
  root.querySelectorAll("form[data-autosave]:not([data-autosave-on])").forEach((form) => {
    form.setAttribute("data-autosave-on", "");
    autosave(form);
  });
}
