// The test panel: a form made from an operation's schema, a call, and both sides of it.

import { SchemaForm } from "./schema_form.js";
import { busy, send } from "./sending.js";

const page = document.querySelector("[data-try-out]");
const words = document.querySelector("[data-field-words]")?.dataset;
let current = null;

if (page) start();

function start() {
  const form = page.querySelector("[data-run-form]");
  load();
  document.addEventListener("htmx:afterSettle", (event) => event.detail.target?.id === "try-form" && (load(), page.querySelector("[data-tried]").replaceChildren()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, false);
  });
  page.addEventListener("click", (event) => {
    const as = event.target.closest("[data-as]");
    if (as) turn(as.dataset.as);
    if (event.target.closest("[data-confirmed]")) run(form, true);
    if (event.target.closest("[data-not-sure]")) page.querySelector("[data-tried]").replaceChildren();
  });
  page.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.metaKey || event.ctrlKey) || !event.target.closest("[data-run-form]")) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

function load() {
  const box = page.querySelector("[data-schema-form]");
  const read = (name) => JSON.parse(box.querySelector(`[data-${name}]`).value);
  const fields = box.querySelector("[data-fields]");
  const schema = read("schema");
  current = { box, key: box.dataset.key, fields: new SchemaForm(fields, schema, words), text: box.querySelector("[data-json-text]"), as: "form" };
  current.fields.set(read("filled"));
  page.querySelector("[data-run-form] [data-form-error]").replaceChildren();
}

function turn(as) {
  if (as === current.as) return;
  if (as === "json") current.text.value = JSON.stringify(current.fields.value(), null, 2);
  else {
    const given = parsed();
    if (given === null) return;
    current.fields.set(given);
  }
  current.as = as;
  current.box.querySelectorAll("[data-as]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.as === as)));
  current.box.querySelector("[data-fields]").hidden = as !== "form";
  current.box.querySelector("[data-json]").hidden = as !== "json";
}

function parsed() {
  let given = null;
  try {
    given = JSON.parse(current.text.value || "{}");
  } catch {
    return say(words.notJson);
  }
  return given && typeof given === "object" && !Array.isArray(given) ? given : say(words.object);
}

function say(text) {
  current.text.setAttribute("aria-invalid", "true");
  const place = page.querySelector("[data-run-form] [data-form-error]");
  place.textContent = text;
  place.className = "field-error";
  current.text.focus();
  return null;
}

async function run(form, confirmed) {
  const place = form.querySelector("[data-form-error]");
  place.className = "empty:hidden";
  place.replaceChildren();
  current.text.removeAttribute("aria-invalid");
  if (current.as === "form" && !current.fields.check()) return;
  const given = current.as === "form" ? current.fields.value() : parsed();
  if (given === null) return;
  const body = new FormData();
  body.set("operation", current.key);
  body.set("arguments", JSON.stringify(given));
  if (confirmed) body.set("confirmed", "1");
  const answer = await busy(form.querySelector("[data-busy]"), () => send(page.dataset.run, body));
  if (answer.refusal) return refuse(place, answer.refusal);
  const shown = page.querySelector("[data-tried]");
  shown.replaceChildren(...answer.nodes);
  window.htmx.process(shown);
  shown.focus({ preventScroll: true });
  if (shown.getBoundingClientRect().top > innerHeight - 120) shown.scrollIntoView({ block: "start" });
}

function refuse(place, refusal) {
  for (const line of refusal.querySelectorAll("[data-field]")) {
    if (current.as === "form" && current.fields.fail(line.dataset.field, line.textContent)) line.remove();
  }
  place.replaceChildren(document.adoptNode(refusal));
}
