// The pane beside the form: talks to the draft.

import { startComposer } from "../web/asking.js";
import { Answers, saveDraft } from "./answers.js";

const pane = document.querySelector("[data-preview]");
const log = pane.querySelector("[data-preview-log]");
const field = pane.querySelector("textarea");
const answers = new Answers(log, { prepare: saveDraft });
let running = false;

const setBusy = startComposer({
  form: pane.querySelector("[data-preview-form]"),
  field,
  send: pane.querySelector("[data-preview-send]"),
  stop: pane.querySelector("[data-preview-stop]"),
  ask,
  onStop: () => answers.stop(),
});

async function ask(text) {
  if (running || !text.trim()) return;
  running = true;
  field.value = "";
  setBusy(true);
  await answers.ask(text);
  setBusy(false);
  running = false;
}

function refreshStart(draft) {
  const welcome = pane.querySelector("[data-preview-welcome]");
  welcome.textContent = draft.profile.welcome_message || welcome.dataset.default;
  const starters = draft.profile.starters.map((text) => {
    const button = document.getElementById("starter-template").content.firstElementChild.cloneNode(true);
    button.textContent = text;
    return button;
  });
  pane.querySelector("[data-preview-starters]").replaceChildren(...starters);
}

log.addEventListener("ask-again", (event) => ask(event.detail));
pane.querySelector("[data-preview-reset]").addEventListener("click", () => {
  answers.reset();
  field.focus();
});
pane.addEventListener("click", (event) => {
  const starter = event.target.closest("[data-starter]");
  if (starter) ask(starter.textContent);
});
document.addEventListener("draft-saved", (event) => refreshStart(event.detail));
