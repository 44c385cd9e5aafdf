// Who else is on this draft and in which field: told and asked every few seconds while the page is looked at. The answer
// carries the draft's revision, so that what others saved comes in as well.

import { request } from "../web/api.js";
import { nameWriters } from "./conflicts.js";
import { form, hostOf, pathOf, words } from "./fields.js";

const EVERY = 4000;
const client = crypto.randomUUID();
const faces = document.querySelector("[data-presence]");
let timer = 0;
let beating = false;
let last = "";

export function startPresence({ revision, onNewer, onAnswer }) {
  const beat = async () => {
    clearTimeout(timer);
    if (document.visibilityState !== "visible" || beating) return;
    beating = true;
    try {
      const { data } = await request(words.presenceUrl, { method: "POST", json: { client, field: focusedField(), revision: revision() } });
      showOthers(data.others);
      onAnswer(data);
      if (data.revision > revision()) await onNewer(data);
    } catch {
      // The next beat tries again; saving has its own words for a lost connection.
    }
    beating = false;
    timer = setTimeout(beat, EVERY);
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(beat, 300);
  };
  form.addEventListener("focusin", soon);
  form.addEventListener("focusout", soon);
  document.addEventListener("visibilitychange", () => (document.visibilityState === "visible" ? beat() : leave()));
  addEventListener("pagehide", leave);
  soon();
}

function focusedField() {
  const element = document.activeElement;
  return form.contains(element) ? (pathOf(element) ?? "") : "";
}

function leave() {
  clearTimeout(timer);
  request(words.presenceUrl, { method: "POST", json: { client, leave: true }, keepalive: true }).catch(() => {});
}

function showOthers(others) {
  const now = JSON.stringify(others);
  if (now === last) return;
  last = now;
  form.querySelectorAll("[data-presence-chip]").forEach((chip) => chip.remove());
  faces.replaceChildren(...others.map(faceOf));
  faces.hidden = !others.length;
  faces.setAttribute("aria-label", words.wordAlsoHere.replace("%s", others.map((other) => other.name).join(", ")));
  for (const other of others) if (other.field) markField(other);
  nameWriters(others);
}

const nameOf = (other) => (other.own ? words.wordYou : other.name);

function faceOf(other) {
  const face = document.createElement("span");
  face.className = `face face-${other.colour} ring-2 ring-base-100`;
  face.textContent = other.initials;
  return face;
}

function markField(other) {
  const host = hostOf(other.field);
  const chip = document.getElementById("presence-template").content.firstElementChild.cloneNode(true);
  chip.querySelector("[data-words]").textContent = words.wordIsHere.replace("%s", nameOf(other));
  if (host.matches(".field")) {
    host.classList.add("relative");
    chip.classList.add("absolute", "right-0", "-top-1");
  }
  host.append(chip);
}
