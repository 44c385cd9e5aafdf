// The draft as this page knows it: what is saved, what is being written, and how others' changes come in. Fields that
// only one side changed are merged; where both changed the same one, both texts stay until somebody chooses.

import { ApiError, request } from "../web/api.js";
import { closeConflict, conflicts, openConflict } from "./conflicts.js";
import { allPaths, form, lookUp, patchOf, pathOf, readField, same, showCount, showError, showErrors, words, writeField } from "./fields.js";
import { forgetWriting, keepWriting, keptWriting } from "./net.js";

let etag = `"${words.etag}"`;
let base = JSON.parse(document.getElementById("draft-document").textContent);
let composing = null;
let queue = Promise.resolve();
const changed = new Set();
const wrong = new Map(); // path → the value that was refused, as JSON
const parted = new Map(); // path → what the field held before both sides changed it

export const revision = () => Number(etag.replace(/\D/g, ""));
export const savedDraft = () => base;
export const isWritten = (path) => changed.has(path) || composing === path;

// One request about the draft at a time: what comes in never crosses what goes out.
function alone(work) {
  queue = queue.then(work, work);
  return queue;
}

export const save = () => alone(saveNow);
export const pull = () => alone(takeTheirs);

export function noteWritten(path) {
  changed.add(path);
  keepNet();
}

const keepNet = () => keepWriting([...changed].map((path) => [path, readField(path), parted.has(path) ? parted.get(path) : lookUp(base, path) ?? null]));

async function saveNow() {
  await sendFields([...changed].filter((path) => !conflicts.has(path) && wrong.get(path) !== JSON.stringify(readField(path))));
  keepNet();
  if (wrong.size) throw new ApiError(400, { detail: words.wordWrong });
  if (conflicts.size) throw new ApiError(409, { detail: words.wordConflict });
  if (!changed.size) forgetWriting();
  return base;
}

async function sendFields(paths) {
  if (!paths.length) return;
  const patch = patchOf(paths);
  paths.forEach((path) => changed.delete(path));
  try {
    await send(patch);
  } catch (error) {
    paths.forEach((path) => changed.add(path));
    await recover(error, paths);
    return;
  }
  paths.forEach(settle);
  await sendFields(relatedWrong(paths));
}

async function send(patch) {
  const { data, response } = await request(words.url, { method: "PATCH", json: patch, headers: { "If-Match": etag } });
  base = data;
  etag = response.headers.get("ETag");
}

async function recover(error, paths) {
  if (error.status === 412) {
    await takeTheirs();
    await sendFields(paths.filter((path) => changed.has(path) && !conflicts.has(path)));
    return;
  }
  const bad = error.status === 400 ? showErrors(error.errors, paths) : [];
  bad.forEach((path) => wrong.set(path, JSON.stringify(readField(path))));
  const rest = paths.filter((path) => !bad.includes(path));
  if (!bad.length) throw error;
  await sendFields(rest);
}

function settle(path) {
  wrong.delete(path);
  showError(path, "");
}

// What was too long together may fit once something beside it was shortened.
function relatedWrong(paths) {
  const sections = new Set(paths.map((path) => path.split(".")[0]));
  const again = [...wrong.keys()].filter((path) => sections.has(path.split(".")[0]));
  again.forEach((path) => wrong.delete(path));
  return again;
}

async function takeTheirs() {
  const { data: theirs, response } = await request(words.url);
  const taken = [];
  for (const path of allPaths()) {
    const value = lookUp(theirs, path);
    if (same(value, lookUp(base, path))) continue;
    if (isWritten(path)) meet(path, value);
    else {
      writeField(path, value);
      taken.push(path);
    }
  }
  base = theirs;
  etag = response.headers.get("ETag");
  keepNet();
  document.dispatchEvent(new CustomEvent("draft-taken", { detail: { draft: base, paths: taken } }));
}

// Both wrote this field.
function meet(path, value) {
  if (same(value, readField(path))) {
    changed.delete(path);
    parted.delete(path);
    closeConflict(path);
    return;
  }
  changed.add(path);
  if (!parted.has(path)) parted.set(path, lookUp(base, path) ?? null);
  openConflict(path, value, { takeTheirs: () => chooseTheirs(path, value), keepMine: () => chosen(path) });
}

function chooseTheirs(path, value) {
  writeField(path, value);
  changed.delete(path);
  settle(path);
  chosen(path);
}

function chosen(path) {
  parted.delete(path);
  keepNet();
  form.dispatchEvent(new CustomEvent("draft-chosen", { detail: path }));
}

// After a reload: what was not saved yet is put back, against what the draft has become meanwhile.
export function restoreWriting() {
  const restored = keptWriting().filter(([path, mine]) => allPaths().includes(path) && !same(mine, lookUp(base, path)));
  for (const [path, mine, before] of restored) {
    const theirs = lookUp(base, path);
    writeField(path, mine);
    changed.add(path);
    if (same(before, theirs)) continue;
    parted.set(path, before);
    meet(path, theirs);
  }
  return restored.length;
}

function onWriting(event) {
  const path = event.target && pathOf(event.target);
  if (!path || event.target.closest("[data-no-autosave]")) return;
  noteWritten(path);
  showCount(event.target);
}

form.addEventListener("input", onWriting, true);
form.addEventListener("change", onWriting, true);
form.addEventListener("compositionstart", (event) => (composing = pathOf(event.target)));
form.addEventListener("compositionend", () => (composing = null));
form.addEventListener("list-changed", (event) => noteWritten(event.detail));
