// The form of how calls are signed shows what belongs to the choices that were made.

import { busy, send } from "./sending.js";

function arrange(form) {
  const chosen = (name) => form.querySelector(`[name=${name}]:checked`)?.value ?? form.elements[name]?.value;
  for (const name of ["kind", "owner", "where", "grant"]) {
    form.querySelectorAll(`[data-${name}]`).forEach((part) => (part.hidden = !part.dataset[name].split(" ").includes(chosen(name))));
  }
}

function start() {
  document.querySelectorAll("[data-auth-form]").forEach(arrange);
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("[data-auth-form]");
  if (!form) return;
  // Nobody consents to client credentials: they are the organisation's.
  if (event.target.name === "grant" && event.target.value === "client_credentials") form.querySelector("[name=owner][value=organisation]").checked = true;
  arrange(form);
});
document.addEventListener("htmx:load", start);
start();

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-discover]");
  if (!button) return;
  const form = button.closest("form");
  const status = form.querySelector("[data-discover-status]");
  const body = new FormData();
  body.set("address", form.querySelector("[data-discover-address]").value);
  const answer = await busy(button, () => send(button.dataset.discover, body));
  if (answer.refusal) return void status.replaceChildren(document.adoptNode(answer.refusal));
  Object.entries(answer.data).forEach(([name, value]) => form.elements[name] && (form.elements[name].value = value));
  status.textContent = status.dataset.found;
  arrange(form);
});
