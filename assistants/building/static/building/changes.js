// Fields that somebody changed: for a moment where another person did, and until they are settled where the builder did.

import { request } from "../web/api.js";
import { toast } from "../web/toasts.js";
import { allPaths, hostOf, textOf, words } from "./fields.js";

const SHOWN = 6000;
const LOOK = ["changed", "-mx-3", "px-3", "-my-2", "py-2"];
const marked = new Map(); // change id → its bar

export function flashChanged(paths, name) {
  const hosts = new Set(paths.map(hostOf));
  for (const host of hosts) {
    host.classList.add(...LOOK);
    setTimeout(() => host.querySelector("[data-change]") || host.classList.remove(...LOOK), SHOWN);
  }
  if (!paths.length) return;
  const labels = [...hosts].map((host) => host.querySelector("label, .field-label, legend")?.textContent.trim()).filter(Boolean);
  document.querySelector("[data-announce]").textContent = words.wordChangedBy.replace("%s", name || words.wordSomebody) + labels.join(", ");
}

export function showChanges(changes, { settled }) {
  const open = new Set(changes.map((change) => change.id));
  for (const [id, bar] of marked) if (!open.has(id)) unmark(id, bar);
  for (const change of changes) if (!marked.has(change.id)) mark(change, settled);
}

function mark(change, settled) {
  const path = allPaths().find((known) => known === change.path || known.startsWith(`${change.path}.`));
  if (!path) return;
  const host = hostOf(path);
  const bar = document.getElementById("change-template").content.firstElementChild.cloneNode(true);
  bar.dataset.change = change.id;
  bar.querySelector("[data-before]").textContent = path === change.path ? textOf(path, change.before) : "";
  bar.querySelector("[data-before-row]").hidden = path === "profile.picture" || path !== change.path;
  const settle = async (what) => {
    try {
      await request(`${words.changesUrl}/${change.id}/${what}`, { method: "POST" });
      unmark(change.id, bar);
      await settled();
    } catch (error) {
      toast(error.message, { level: "error" });
    }
  };
  bar.querySelector("[data-undo-change]").addEventListener("click", () => settle("undo"));
  bar.querySelector("[data-keep-change]").addEventListener("click", () => settle("keep"));
  host.classList.add(...LOOK);
  host.append(bar);
  marked.set(change.id, bar);
}

function unmark(id, bar) {
  const host = bar.closest(".changed");
  bar.remove();
  marked.delete(id);
  if (host && !host.querySelector("[data-change]")) host.classList.remove(...LOOK);
}
