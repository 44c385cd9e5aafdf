// What an answer asks of its reader: calls to allow, edit or refuse, and accounts to connect. The server draws the cards and
// decides; here they are sent, counted down and announced.

import { request } from "../web/api.js";

const TICK = 1000;
let clock = null;
let speaker = null;

// A card that stands already stays, with what was typed into it; one that was decided is drawn anew.
export function paintAsked(holder, html) {
  if (!holder) return;
  const page = new DOMParser().parseFromString(html ?? "", "text/html");
  const standing = new Map([...holder.children].map((card) => [keyOf(card), card]));
  const cards = [...page.body.children].map((card) => standing.get(keyOf(card)) ?? card);
  const fresh = cards.filter((card) => !card.isConnected);
  const focused = holder.contains(document.activeElement);
  for (const card of standing.values()) if (!cards.includes(card)) card.remove();
  cards.forEach((card, place) => holder.children[place] !== card && holder.insertBefore(card, holder.children[place] ?? null));
  if (focused && !holder.contains(document.activeElement)) focusNext(holder);
  announce(fresh);
  startClock();
}

const keyOf = (card) => `${card.dataset.asked} ${card.dataset.askedState}`;

// Whoever answers by keyboard goes on with the next question, never on Allow itself.
function focusNext(holder) {
  const next = holder.querySelector("[data-asked-kind] h2");
  if (!next) return;
  next.tabIndex = -1;
  next.focus({ preventScroll: true });
}

function announce(cards) {
  const words = cards.map((card) => card.dataset.announce).filter(Boolean);
  if (!words.length) return;
  if (!speaker) {
    speaker = document.createElement("p");
    speaker.className = "sr-only";
    speaker.setAttribute("role", "status");
    document.body.append(speaker);
  }
  // A region that was just added is read only from its second change on.
  setTimeout(() => (speaker.textContent = words.join(" ")), 100);
}

// Watches the cards below `root`. `back` is the page that connecting leads back to; without it, it opens in a new tab.
export function startAsked(root, { back = "" } = {}) {
  root.addEventListener("click", (event) => {
    const card = event.target.closest("[data-asked-kind]");
    const verb = event.target.closest("[data-asked-do]")?.dataset.askedDo;
    if (card && verb) act(card, verb);
    const link = event.target.closest("[data-asked-connect]");
    if (link) lead(link, back);
  });
  root.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-asked-form]");
    if (!form) return;
    event.preventDefault();
    sendEdited(form.closest("[data-asked]"), form);
  });
  const look = () => document.visibilityState === "visible" && goOn(root);
  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", look);
  startClock();
}

function act(card, verb) {
  if (verb === "edit" || verb === "unedit") return edit(card, verb === "edit");
  if (verb === "continue") return proceed(card, {});
  if (verb === "without") return proceed(card, { without: [card.dataset.asked] });
  return decide(card, { allow: { decision: "allow" }, always: { decision: "allow", remember: true }, deny: { decision: "deny" } }[verb]);
}

function edit(card, on) {
  const form = card.querySelector("[data-asked-form]");
  form.hidden = !on;
  card.querySelector("[data-asked-shown]").hidden = on;
  card.querySelector("[data-asked-buttons]").hidden = on;
  say(card, "");
  (on ? form.querySelector("[data-argument]") : card.querySelector("[data-asked-do=edit]"))?.focus();
}

async function sendEdited(card, form) {
  for (const error of form.querySelectorAll("[data-argument-error]")) mark(form, error.dataset.argumentError, "");
  const args = {};
  for (const field of form.querySelectorAll("[data-argument]")) {
    const value = valueOf(field);
    if (value !== undefined) args[field.dataset.argument] = value;
  }
  await decide(card, { decision: "allow", arguments: args }, (error) => {
    const unplaced = error.errors.filter((one) => !mark(form, one.field.split(".")[0], one.message));
    form.querySelector("[aria-invalid]")?.focus();
    return unplaced.map((one) => one.message).join(" ");
  });
}

// A field that says nothing is left out; what is no number or JSON goes as the text that it is, and the server says why not.
function valueOf(field) {
  const { kind } = field.dataset;
  const text = field.value;
  if (kind === "text") return text === "" && !("keep" in field.dataset) ? undefined : text;
  if (text.trim() === "") return undefined;
  if (kind === "json") {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

function mark(form, name, message) {
  const line = [...form.querySelectorAll("[data-argument-error]")].find((one) => one.dataset.argumentError === name);
  const field = [...form.querySelectorAll("[data-argument]")].find((one) => one.dataset.argument === name);
  if (!line || !field) return false;
  line.hidden = !message;
  line.querySelector("span").textContent = message;
  field.removeAttribute("aria-invalid");
  if (message) field.setAttribute("aria-invalid", "true");
  const hint = document.getElementById(`${field.id}_hint`);
  const told = [hint?.id, message && line.id].filter(Boolean).join(" ");
  told ? field.setAttribute("aria-describedby", told) : field.removeAttribute("aria-describedby");
  return true;
}

async function decide(card, json, place = () => "") {
  // Where a page's answers belong to another organisation than its reader acts in, it says where they are decided.
  const turns = card.closest("[data-turns-url]")?.dataset.turnsUrl ?? "/api/v1/turns";
  await send(card, `${turns}/${card.dataset.askedTurn}/confirmations/${card.dataset.asked}`, json, place);
}

async function proceed(card, json) {
  await send(card, `/api/v1/turns/${card.dataset.askedTurn}/continue`, json);
}

// The card stays shut once it is sent: the stream draws what became of it.
async function send(card, url, json, place = () => "") {
  if (card.getAttribute("aria-busy") === "true") return;
  setBusy(card, true);
  say(card, "");
  try {
    await request(url, { method: "POST", json });
  } catch (error) {
    // Somebody was quicker, on another device: the stream draws that too.
    if (error.code === "already_decided" || error.code === "turn_not_waiting") return;
    setBusy(card, false);
    say(card, json.arguments && error.errors?.length ? place(error) : error.message);
  }
}

function setBusy(card, busy) {
  card.setAttribute("aria-busy", String(busy));
  for (const control of card.querySelectorAll("button")) control.disabled = busy;
}

function say(card, message) {
  const line = card.querySelector("[data-asked-problem]");
  line.hidden = !message;
  line.querySelector("span").textContent = message;
}

// The address is ours whatever name this site is opened by.
function lead(link, back) {
  const url = new URL(link.href, location.href);
  if (back) url.searchParams.set("return_to", back);
  link.href = `${url.pathname}${url.search}`;
  if (!back) {
    link.target = "_blank";
    link.rel = "noopener";
  }
}

// Whoever comes back has perhaps connected: it is asked once each time, and goes on where it is so.
async function goOn(root) {
  const cards = root.querySelectorAll("[data-asked-kind=connection]:not([aria-busy=true])");
  for (const turn of new Set([...cards].map((card) => card.dataset.askedTurn))) {
    await request(`/api/v1/turns/${turn}/continue`, { method: "POST", json: {} }).catch(() => {});
  }
}

function startClock() {
  if (clock || !document.querySelector("[data-until]")) return;
  tick();
  clock = setInterval(tick, TICK);
}

function tick() {
  const timers = document.querySelectorAll("[data-until]");
  if (!timers.length) {
    clearInterval(clock);
    clock = null;
  }
  for (const timer of timers) {
    const left = Math.round((Date.parse(timer.dataset.until) - Date.now()) / 1000);
    const text = left > 0 ? timer.dataset.left.replace("%s", `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`) : timer.dataset.over;
    if (timer.textContent !== text) timer.textContent = text;
    if (left <= 0) for (const button of timer.closest("[data-asked]").querySelectorAll("button")) button.disabled = true;
  }
}
