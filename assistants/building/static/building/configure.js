// The draft's form: sends what changed as a merge patch, keeps both texts where two people wrote the same field.

import { ApiError, request } from "../web/api.js";
import { autosave } from "../web/autosave.js";
import { startLists } from "./lists.js";
import { startPanes } from "./panes.js";

const form = document.getElementById("draft");
const words = form.dataset;
const url = words.url;
let etag = `"${words.etag}"`;
let base = JSON.parse(document.getElementById("draft-document").textContent);
const changedPaths = new Set();
const conflicts = new Map();

const saver = autosave(form, { save, state: document.querySelector("[role=status][data-save-state]"), onSaved: afterSaving });

function fields(path) {
  return [...form.querySelectorAll(`[data-path="${CSS.escape(path)}"]`)];
}

function pathOf(element) {
  return element.closest("[data-path]")?.dataset.path ?? element.closest("[data-list]")?.dataset.list ?? null;
}

export function readField(path) {
  const list = form.querySelector(`[data-list="${CSS.escape(path)}"]`);
  if (list) return [...list.querySelectorAll("[data-item]")].map((item) => item.value.trim()).filter(Boolean);
  const found = fields(path);
  if (found[0].type === "radio") return found.find((field) => field.checked)?.value ?? null;
  const field = found[0];
  if (field.type === "checkbox") return field.checked;
  if (!field.dataset.kind) return field.value;
  if (field.value.trim() === "") return null;
  const number = Number(field.value);
  return Number.isFinite(number) ? number : field.value;
}

function writeField(path, value) {
  const list = form.querySelector(`[data-list="${CSS.escape(path)}"]`);
  if (list) return list.dispatchEvent(new CustomEvent("fill-list", { detail: value ?? [] }));
  for (const field of fields(path)) {
    if (field.type === "radio") field.checked = field.value === value;
    else if (field.type === "checkbox") field.checked = Boolean(value);
    else field.value = value ?? "";
    showCount(field);
  }
  if (path === "profile.picture") drawPicture(value);
  return undefined;
}

function showCount(field) {
  const counter = field.id && form.querySelector(`[data-count-for="${field.id}"]`);
  if (counter) counter.textContent = `${[...field.value].length} / ${field.maxLength}`;
}

function lookUp(documentValue, path) {
  return path.split(".").reduce((value, name) => value?.[name], documentValue);
}

function patchOf(paths) {
  const patch = {};
  for (const path of paths) {
    const names = path.split(".");
    const last = names.pop();
    let place = patch;
    for (const name of names) place = place[name] ??= {};
    place[last] = readField(path);
  }
  return patch;
}

async function save() {
  const sent = [...changedPaths].filter((path) => !conflicts.has(path));
  if (sent.length) {
    const patch = patchOf(sent);
    sent.forEach((path) => changedPaths.delete(path));
    try {
      await send(patch);
    } catch (error) {
      sent.forEach((path) => changedPaths.add(path));
      if (error.status === 400) showErrors(error.errors);
      if (error.status !== 412) throw error;
      await takeTheirs();
      return save();
    }
    sent.forEach((path) => showError(path, ""));
  }
  if (conflicts.size) throw new ApiError(409, { detail: words.wordConflict });
  return base;
}

async function send(patch) {
  const { data, response } = await request(url, { method: "PATCH", json: patch, headers: { "If-Match": etag } });
  base = data;
  etag = response.headers.get("ETag");
}

// Somebody else saved: take over what they changed, and where both changed the same field let the writer choose.
async function takeTheirs() {
  const { data: theirs, response } = await request(url);
  for (const path of allPaths()) {
    const theirValue = lookUp(theirs, path);
    if (same(theirValue, lookUp(base, path))) continue;
    if (!changedPaths.has(path)) writeField(path, theirValue);
    else if (same(theirValue, readField(path))) changedPaths.delete(path);
    else askWhich(path, theirValue);
  }
  base = theirs;
  etag = response.headers.get("ETag");
}

function allPaths() {
  const found = [...form.querySelectorAll("[data-path], [data-list]")].map((element) => element.dataset.path ?? element.dataset.list);
  return [...new Set(found)];
}

function same(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

function askWhich(path, theirValue) {
  conflicts.get(path)?.remove();
  const notice = document.createElement("div");
  notice.className = "notice notice-warn";
  notice.setAttribute("role", "alert");
  const body = document.createElement("div");
  body.className = "flex-1 min-w-0 grid gap-2";
  const text = document.createElement("p");
  text.textContent = words.wordTheirs;
  const quote = document.createElement("blockquote");
  quote.className = "whitespace-pre-wrap break-words border-l-2 border-line-strong pl-3";
  quote.textContent = (Array.isArray(theirValue) ? theirValue.join("\n") : String(theirValue ?? "")) || words.wordEmpty;
  const buttons = document.createElement("div");
  buttons.className = "flex flex-wrap gap-2";
  buttons.append(
    choice(words.wordUseTheirs, () => (writeField(path, theirValue), changedPaths.delete(path))),
    choice(words.wordKeepMine, () => changedPaths.add(path)),
  );
  body.append(text, quote, buttons);
  notice.append(body);
  hostOf(path).append(notice);
  conflicts.set(path, notice);

  function choice(label, then) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn btn-line btn-sm";
    button.textContent = label;
    button.addEventListener("click", () => {
      conflicts.delete(path);
      notice.remove();
      then();
      (fields(path)[0] ?? form.querySelector(`[data-list="${CSS.escape(path)}"] [data-item]`))?.focus();
      saver.changed();
    });
    return button;
  }
}

function hostOf(path) {
  const list = form.querySelector(`[data-list="${CSS.escape(path)}"]`);
  if (list) return list.parentElement;
  const field = fields(path)[0];
  return field.closest(".field") ?? field.closest("section") ?? form;
}

function showErrors(errors) {
  for (const error of errors) {
    const path = allPaths().find((known) => error.field === known || error.field.startsWith(`${known}.`));
    const whole = error.field === "instructions" ? "instructions.text" : path;
    if (whole) showError(whole, error.message);
  }
}

function showError(path, message) {
  const host = hostOf(path);
  const id = `error-${path.replaceAll(".", "-")}`;
  let line = document.getElementById(id);
  for (const field of fields(path)) {
    if (message) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  if (!message) return line?.remove();
  if (!line) {
    line = document.createElement("p");
    line.id = id;
    line.className = "field-error";
    line.setAttribute("role", "alert");
    host.append(line);
  }
  line.textContent = message;
  return line;
}

function afterSaving() {
  const name = base.profile?.name || words.wordUntitled;
  document.querySelectorAll("[data-builder-name]").forEach((element) => (element.textContent = name));
  document.dispatchEvent(new CustomEvent("draft-saved", { detail: base }));
  refreshPrompt();
}

// --- The picture ---

async function drawPicture(seed) {
  const { data } = await request(`${words.pictureUrl}?seed=${encodeURIComponent(seed || "x")}`);
  const drawn = new DOMParser().parseFromString(data, "text/html").querySelector("svg");
  form.querySelector("[data-picture]").replaceChildren(drawn);
  document.querySelectorAll("[data-builder-picture] svg").forEach((old) => {
    const copy = drawn.cloneNode(true);
    copy.setAttribute("class", old.getAttribute("class"));
    old.replaceWith(copy);
  });
}

form.querySelector("[data-reroll]").addEventListener("click", async () => {
  const seed = [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => "abcdefghjkmnpqrstuvwxyz23456789"[byte % 31]).join("");
  writeField("profile.picture", seed);
  changedPaths.add("profile.picture");
  saver.changed();
});

// --- The compiled view ---

const compiled = form.querySelector("[data-view-body=compiled]");

async function refreshPrompt() {
  const { data } = await request(compiled.dataset.promptUrl, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(data, "text/html");
  form.querySelector("[data-token-hint]").textContent = page.querySelector(".hint").textContent;
  compiled.replaceChildren(...page.body.children);
}

form.querySelectorAll("[data-view]").forEach((button) =>
  button.addEventListener("click", async () => {
    const view = button.dataset.view;
    form.querySelectorAll("[data-view]").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    form.querySelectorAll("[data-view-body]").forEach((body) => (body.hidden = body.dataset.viewBody !== view));
    if (view !== "compiled") return;
    await saver.flush();
    await refreshPrompt();
  }),
);

// --- What happens while somebody writes ---

// On a phone the head with the save state is hidden; a copy of it stands beside Edit | Preview.
const shown = document.querySelector("[role=status][data-save-state]");
const mirror = document.querySelector("[data-save-copy]");
new MutationObserver(() => {
  mirror.dataset.state = shown.dataset.state;
  mirror.querySelector("[data-save-copy-words]").textContent = shown.textContent.trim();
}).observe(shown, { attributes: true, childList: true, subtree: true, characterData: true });

function noteChange(event) {
  const path = event.target && pathOf(event.target);
  if (path) changedPaths.add(path);
  if (event.target) showCount(event.target);
}

form.addEventListener("input", noteChange, true);
form.addEventListener("change", noteChange, true);
form.addEventListener("list-changed", (event) => {
  changedPaths.add(event.detail);
  saver.changed();
});
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
startPanes();
if (base.profile?.name && document.referrer.endsWith("/build/") && !base.profile.tagline) form.querySelector("#f-name").select();
