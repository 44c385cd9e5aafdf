// One question to two: the draft and a version, or two models, streaming beside each other.

import { startComposer } from "../web/asking.js";
import { Answers } from "./answers.js";

const page = document.querySelector("[data-compare]");
const field = page.querySelector("textarea");
const columns = [...page.querySelectorAll("[data-column]")];
const sides = [...page.querySelectorAll("[data-side]")];
const answers = columns.map((column) => new Answers(column.querySelector("[data-log]"), { extra: () => choiceOf(column) }));
let running = false;

function choiceOf(column) {
  const version = column.querySelector("[data-version]").value;
  const model = column.querySelector("[data-model-choice]").value;
  return { ...(version && { version: Number(version) }), ...(model && { model }) };
}

const setBusy = startComposer({
  form: page.querySelector("[data-preview-form]"),
  field,
  send: page.querySelector("[data-preview-send]"),
  stop: page.querySelector("[data-preview-stop]"),
  ask: (text) => ask(text, answers),
  onStop: () => answers.forEach((one) => one.stop()),
});

async function ask(text, those) {
  if (running || !text.trim()) return;
  running = true;
  if (those === answers) field.value = "";
  setBusy(true);
  await Promise.all(those.map((one) => one.ask(text)));
  setBusy(false);
  running = false;
}

columns.forEach((column, index) => {
  column.addEventListener("ask-again", (event) => ask(event.detail, [answers[index]]));
  // What was said to another model is no part of the conversation with this one.
  column.addEventListener("change", () => !running && answers[index].reset());
});
page.querySelector("[data-compare-reset]").addEventListener("click", () => {
  if (running) return;
  answers.forEach((one) => one.reset());
  field.focus();
});
sides.forEach((button, index) =>
  button.addEventListener("click", () => {
    sides.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    columns.forEach((column, place) => column.classList.toggle("max-md:hidden", place !== index));
  }),
);
field.focus();
