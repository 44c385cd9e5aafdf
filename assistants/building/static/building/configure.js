// The Configure page: a form that saves itself, beside everybody else who has it open.

import { autosave } from "../web/autosave.js";
import { toast } from "../web/toasts.js";
import { flashChanged, showChanges } from "./changes.js";
import { drawPicture, newSeed, refreshCompiled, startCompiled } from "./compiled.js";
import { noteWritten, pull, restoreWriting, revision, save, savedDraft } from "./draft.js";
import { form, words, writeField } from "./fields.js";
import { startLists } from "./lists.js";
import { startModels } from "./models.js";
import { startPanes } from "./panes.js";
import { startPresence } from "./presence.js";

const mayEdit = !form.inert;
const shown = document.querySelector("[role=status][data-save-state]");
const saver = autosave(form, { save, state: shown, onSaved: afterSaving });

function afterSaving() {
  showName();
  document.dispatchEvent(new CustomEvent("draft-saved", { detail: savedDraft() }));
  refreshCompiled();
}

function showName() {
  const name = savedDraft().profile?.name || words.wordUntitled;
  document.querySelectorAll("[data-builder-name]").forEach((element) => (element.textContent = name));
}

// --- The others ---

let changedBy = "";
document.addEventListener("draft-taken", ({ detail }) => {
  flashChanged(detail.paths, changedBy);
  showName();
  document.dispatchEvent(new CustomEvent("draft-saved", { detail: detail.draft }));
  refreshCompiled();
});
form.addEventListener("draft-chosen", () => saver.changed());

const changes = (list) => showChanges(list, { settled: pull });
changes(JSON.parse(document.getElementById("draft-changes").textContent));
startPresence({
  revision,
  onAnswer: (answer) => (changedBy = answer.changed_by),
  onNewer: async (answer) => {
    await pull();
    changes(answer.changes);
  },
});

// --- The picture ---

form.addEventListener("field-written", ({ detail }) => detail.path === "profile.picture" && drawPicture(detail.value));
form.querySelector("[data-reroll]").addEventListener("click", () => {
  writeField("profile.picture", newSeed());
  noteWritten("profile.picture");
  saver.changed();
});

// --- What happens while somebody writes ---

// On a phone the head with the save state is hidden; a copy of it stands beside Edit | Preview.
const mirror = document.querySelector("[data-save-copy]");
new MutationObserver(() => {
  mirror.dataset.state = shown.dataset.state;
  mirror.querySelector("[data-save-copy-words]").textContent = shown.textContent.trim();
}).observe(shown, { attributes: true, childList: true, subtree: true, characterData: true });

form.addEventListener("list-changed", () => saver.changed());
form.addEventListener("submit", (event) => (event.preventDefault(), saver.flush()));
document.addEventListener("flush-draft", (event) => event.detail.push(settle()));

// A link out of the page waits for what is being saved, so that nobody is asked whether to leave.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  const elsewhere = event.defaultPrevented || event.metaKey || event.ctrlKey || event.shiftKey || link?.target;
  if (!link || elsewhere || !saver.dirty || link.pathname === location.pathname) return;
  event.preventDefault();
  await settle();
  location.assign(link.href);
});

async function settle() {
  for (let round = 0; round < 3 && saver.dirty; round += 1) await saver.flush();
}

startLists(form);
startModels();
startPanes();
startCompiled(settle);
if (mayEdit && restoreWriting()) {
  toast(words.wordRestored);
  saver.changed();
}
if (savedDraft().profile?.name && document.referrer.endsWith("/build/") && !savedDraft().profile.tagline) form.querySelector("#f-name").select();
