// Two texts for one field: mine stays in the field and can be edited on, theirs stands below it, until somebody chooses.

import { controls, focusField, form, hostOf, listOf, readField, showSections, textOf, writeField } from "./fields.js";

export const conflicts = new Map(); // path → its panel
const writers = new Map();

export function openConflict(path, theirs, { takeTheirs, keepMine }) {
  conflicts.get(path)?.remove();
  const panel = document.getElementById("conflict-template").content.firstElementChild.cloneNode(true);
  panel.querySelector("[data-theirs]").textContent = textOf(path, theirs);
  const both = panel.querySelector("[data-put-both]");
  both.hidden = !canJoin(path);
  const on = (selector, then) =>
    panel.querySelector(selector).addEventListener("click", () => {
      closeConflict(path);
      then();
      focusField(path);
    });
  on("[data-use-theirs]", takeTheirs);
  on("[data-keep-mine]", keepMine);
  on("[data-put-both]", () => {
    writeField(path, joined(path, theirs));
    keepMine();
  });
  hostOf(path).append(panel);
  conflicts.set(path, panel);
  sayWhose(path, panel);
  showSections();
}

export function closeConflict(path) {
  conflicts.get(path)?.remove();
  conflicts.delete(path);
  showSections();
}

const canJoin = (path) => Boolean(listOf(path)) || controls(path)[0]?.tagName === "TEXTAREA";

function joined(path, theirs) {
  const mine = readField(path);
  if (!Array.isArray(mine)) return [mine, theirs].filter(Boolean).join("\n\n");
  const seen = new Set(mine.map((item) => JSON.stringify(item)));
  return [...mine, ...(theirs ?? []).filter((item) => !seen.has(JSON.stringify(item)))].slice(0, Number(listOf(path).dataset.max));
}

// Who writes where, so that a conflict can say whose text it shows.
export function nameWriters(others) {
  writers.clear();
  for (const other of others) if (other.field && !other.own) writers.set(other.field, other.name);
  for (const [path, panel] of conflicts) sayWhose(path, panel);
}

function sayWhose(path, panel) {
  const name = writers.get(path);
  if (name) panel.querySelector("[data-who]").textContent = form.dataset.wordTheirs.replace("%s", name);
}
