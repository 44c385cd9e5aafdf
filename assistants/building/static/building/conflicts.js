// Two texts for one field: mine stays in the field and can be edited on, theirs stands below it, until somebody chooses.

import { controls, focusField, form, hostOf, listOf, readField, showSections, textOf, writeField } from "./fields.js";

export const conflicts = new Map(); // path → its panel

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
  showSections();
  return panel;
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

export const whoseConflict = (path, name) => {
  const place = name && conflicts.get(path)?.querySelector("[data-who]");
  if (place) place.textContent = form.dataset.wordTheirs.replace("%s", name);
};
