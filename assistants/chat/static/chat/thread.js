// One conversation: ask, watch the answer come, stop it, ask again, open its sources.

import { ApiError, request } from "../web/api.js";
import { follower, startComposer, stopper } from "../web/asking.js";
import { startPython } from "../tools/python.js";
import { startAsked } from "../turns/asked.js";
import { paintParts } from "../turns/parts.js";
import { startResults } from "../turns/results.js";
import { readEvents } from "../web/sse.js";

const chat = document.getElementById("chat");
const thread = document.getElementById("thread");
const log = document.getElementById("messages");
const composer = document.getElementById("composer");
const field = document.getElementById("ask");
const sendButton = document.getElementById("send");
const stopButton = document.getElementById("stop");
const newest = document.getElementById("newest");
const problem = document.getElementById("problem");
const price = document.getElementById("price");
const drawer = document.getElementById("drawer");
const messagesUrl = `/api/v1/conversations/${chat.dataset.conversation}/messages`;
const answering = stopper((turn) => request(`/api/v1/turns/${turn}/stop`, { method: "POST" }).catch(showProblem));
let busy = false;
let waiting = false; // the answer waits for its reader, who may also ask something else
let watched = null;
let opener = null;
const GOES_ON = new Set(["tool.started", "tool.finished", "text.delta", "steps.delta", "message.finished", "error"]);

// Following the answer: only while the reader is at the bottom.
const { atEnd: atBottom, toEnd: toBottom } = follower(log);
log.addEventListener("scroll", () => (newest.hidden = atBottom()));
newest.addEventListener("click", toBottom);
toBottom();

const showBusy = composer && startComposer({ form: composer, field, send: sendButton, stop: stopButton, ask: (text) => ask(text), onStop: () => answering.stop() });

function setBusy(value) {
  busy = value;
  showBusy?.(value);
  lockThread();
}

// The thread is drawn anew when the answer ends, which would take an open edit with it. One that waits for its reader may be
// ended by asking differently.
function lockThread() {
  for (const button of thread.querySelectorAll("[data-edit]")) button.disabled = busy && !waiting;
  for (const button of thread.querySelectorAll("[data-regenerate]")) button.disabled = busy;
}

// While an answer waits for its reader, asking something else ends it: so both buttons stand.
function setWaiting(value) {
  if (waiting === value) return;
  waiting = value;
  chat.toggleAttribute("data-waiting", value);
  const words = document.getElementById("waiting");
  if (words) words.hidden = !value;
  if (sendButton) sendButton.hidden = busy && !value;
  lockThread();
}

function showProblem(error) {
  problem.hidden = !error;
  if (error) problem.querySelector("p").textContent = error.message;
}

function clone(id) {
  const node = document.getElementById(id).content.firstElementChild.cloneNode(true);
  thread.append(node);
  return node;
}

async function watch(article, url, options = {}) {
  watched = attend(article, url, options);
  await watched;
}

async function attend(article, url, options) {
  const body = article.querySelector("[data-body]");
  setBusy(true);
  answering.asked();
  try {
    await readEvents(`${url}?render=html`, {
      ...options,
      isFinal: (event) => event.event === "message.finished",
      resume: () => (answering.name ? `/api/v1/turns/${answering.name}/events?render=html` : null),
      onEvent: (event) => show(event, article, body),
    });
    await reload();
  } finally {
    answering.ended();
    setWaiting(false);
    setBusy(false);
  }
}

function show(event, article, body) {
  const follow = atBottom();
  if (event.event === "message.started") answering.begun(event.data.turn);
  else if (event.event === "message.waiting") pause(body, asksReader(event.data.message));
  else if (GOES_ON.has(event.event)) pause(body, false);
  else if (event.event === "parts") paintParts(article, event.data);
  else if (event.event === "html") {
    body.innerHTML = event.data.html;
    if (!waiting) (body.lastElementChild ?? body).append(caret());
  }
  if (follow) toBottom();
  // Where several things are asked, the first one is read first.
  if (follow && event.event === "message.waiting") article.querySelector("[data-asked-kind]")?.scrollIntoView({ block: "nearest" });
}

// A program that this very page runs is nothing that its reader has to answer.
function asksReader({ requires_action: { confirmations, connections } }) {
  return confirmations.length + connections.length > 0;
}

// While a person is asked nothing is read or written: an answer that has no words yet does not say that it is.
function pause(body, paused) {
  setWaiting(paused);
  body.hidden = paused && body.querySelector("[data-placeholder]") !== null;
}

function caret() {
  const mark = document.createElement("span");
  mark.className = "caret";
  mark.setAttribute("aria-hidden", "true");
  return mark;
}

// What an answer costs is shown where it is asked for; once that is settled, what was asked goes on by itself.
const PAYING = new Set(["payment_needed", "price_not_accepted", "spending_cap_reached", "wallet_too_low"]);
// Nothing is settled where a limit is reached: a card says which, until when, and who can raise it.
const LIMITS = new Set(["budget_used_up", "allowance_used_up", "overage_limit_reached"]);
let afterPaying = null;

async function showPrice(error, goOn) {
  if (!(error instanceof ApiError) || !(PAYING.has(error.code) || LIMITS.has(error.code))) return false;
  const limited = LIMITS.has(error.code);
  const address = limited ? price.dataset.limitUrl : price.dataset.url;
  await window.htmx.ajax("GET", address, { target: price, swap: "innerHTML" });
  afterPaying = limited ? null : goOn;
  price.hidden = false;
  if (error.code === "payment_needed") showProblem(null); // the card says it
  price.querySelector("#price-title")?.focus();
  return true;
}

function hidePrice() {
  afterPaying = null;
  price.hidden = true;
  price.replaceChildren();
}

document.body.addEventListener("price-settled", () => {
  const goOn = afterPaying;
  hidePrice();
  showProblem(null);
  goOn?.();
});
price.addEventListener("click", (event) => {
  if (event.target.closest("[data-price-close]")) hidePrice();
});

// The saved thread, as the server draws it: with its sources, versions and buttons.
async function reload() {
  const follow = atBottom();
  const { data } = await request(chat.dataset.threadUrl, { headers: { Accept: "text/html" } });
  thread.innerHTML = data ?? "";
  window.htmx?.process(thread);
  retitle(thread.querySelector("[data-title]").dataset.title);
  if (follow) toBottom();
}

function retitle(title) {
  const shown = document.getElementById("chat-title-shown");
  if (shown.textContent === title) return;
  shown.textContent = title;
  document.title = `${title} · Bottega`;
  document.body.dispatchEvent(new CustomEvent("recent-changed"));
  window.htmx?.ajax("GET", `/chats/?at=${chat.dataset.conversation}`, { target: "#chat-list", swap: "innerHTML" });
}

async function ask(text, parent) {
  if (!text.trim()) return;
  if (waiting) await endWaiting();
  if (busy) return;
  showProblem(null);
  hidePrice();
  if (!thread.querySelector("[data-question]")) thread.replaceChildren();
  const question = clone("question-template");
  question.querySelector("[data-text]").textContent = text;
  const article = clone("answer-template");
  field.value = "";
  toBottom();
  try {
    const json = { text, stream: true };
    if (parent !== undefined) json.parent = parent;
    await watch(article, messagesUrl, { method: "POST", json });
  } catch (error) {
    if (error instanceof ApiError && !article.dataset.turn) {
      question.remove();
      article.remove();
      field.value = text;
    }
    await reload().catch(() => {});
    showProblem(error);
    await showPrice(error, () => ask(field.value || text, parent));
  }
}

// Nothing that it asked for is done; what there is of the answer stays.
async function endWaiting() {
  const ending = watched;
  await answering.stop();
  await ending?.catch(() => {});
}

async function regenerate(message) {
  if (busy) return;
  showProblem(null);
  hidePrice();
  const old = thread.querySelector(`[data-answer="${message}"]`);
  old?.remove();
  const article = clone("answer-template");
  toBottom();
  try {
    await watch(article, `${messagesUrl}/${message}/regenerate`, { method: "POST", json: { stream: true } });
  } catch (error) {
    await reload().catch(() => {});
    showProblem(error);
    await showPrice(error, () => regenerate(message));
  }
}

function edit(button) {
  const holder = button.closest("[data-question]");
  const text = holder.querySelector("[data-text]").textContent;
  const form = document.createElement("form");
  form.className = "composer w-full max-w-[38rem]";
  const area = document.createElement("textarea");
  area.value = text;
  area.rows = 3;
  area.setAttribute("aria-label", chat.dataset.editLabel);
  const row = document.createElement("div");
  row.className = "flex justify-end gap-2 p-2";
  row.append(makeButton("btn btn-quiet btn-sm", chat.dataset.cancel, "button"), makeButton("btn btn-primary btn-sm", chat.dataset.save, "submit"));
  form.append(area, row);
  const before = [...holder.children];
  holder.replaceChildren(form);
  area.focus();
  const cancel = () => holder.replaceChildren(...before);
  row.firstElementChild.addEventListener("click", cancel);
  area.addEventListener("keydown", (event) => event.key === "Escape" && (event.stopPropagation(), cancel()));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    while (holder.nextElementSibling) holder.nextElementSibling.remove();
    holder.remove();
    ask(area.value, button.dataset.parent);
  });
}

function makeButton(classes, text, type) {
  const button = document.createElement("button");
  button.type = type;
  button.className = classes;
  button.textContent = text;
  return button;
}

async function feedback(button) {
  const pressed = button.getAttribute("aria-pressed") === "true";
  const url = `/api/v1/messages/${button.dataset.message}/feedback`;
  for (const other of button.parentElement.querySelectorAll("[data-feedback]")) other.setAttribute("aria-pressed", "false");
  button.setAttribute("aria-pressed", String(!pressed));
  try {
    await (pressed ? request(url, { method: "DELETE" }) : request(url, { method: "PUT", json: { value: button.dataset.feedback } }));
  } catch (error) {
    button.setAttribute("aria-pressed", String(pressed));
    showProblem(error);
  }
}

// The drawer of sources.
let cited = { turn: null, number: null };

async function openSource(turnId, number, from) {
  if (from) opener = from;
  cited = { turn: turnId, number: Number(number) };
  drawer.hidden = false;
  drawer.setAttribute("aria-busy", "true");
  const response = await fetch(`/citations/${turnId}/${number}?drawer=1`, { headers: { "HX-Request": "true" } });
  drawer.innerHTML = await response.text();
  drawer.removeAttribute("aria-busy");
  for (const mark of thread.querySelectorAll(".cite")) {
    const here = mark.closest("[data-turn]")?.dataset.turn === turnId && mark.dataset.citation === String(number);
    mark.setAttribute("aria-expanded", String(here));
  }
  // Where the page is drawn, the picture on top shows the paragraph in its place.
  if (!drawer.querySelector("[data-page-picture]")) drawer.querySelector(".para-hit")?.scrollIntoView({ block: "center" });
  drawer.querySelector("#drawer-title")?.focus({ preventScroll: true });
}

function closeDrawer() {
  if (drawer.hidden) return false;
  drawer.hidden = true;
  for (const mark of thread.querySelectorAll(".cite[aria-expanded=true]")) mark.setAttribute("aria-expanded", "false");
  opener?.focus();
  opener = null;
  return true;
}

thread.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (!target) return;
  if (target.dataset.ask !== undefined) ask(target.textContent.trim());
  else if (target.dataset.regenerate) regenerate(target.dataset.regenerate);
  else if (target.dataset.edit) edit(target);
  else if (target.dataset.feedback) feedback(target);
  else if (target.dataset.citation) {
    const turnId = target.closest("[data-turn]")?.dataset.turn || answering.name;
    if (turnId) openSource(turnId, target.dataset.citation, target);
  }
});

drawer.addEventListener("click", (event) => {
  const source = event.target.closest("[data-source]");
  if (event.target.closest("[data-close-drawer]")) closeDrawer();
  else if (source?.dataset.source) {
    event.preventDefault();
    openSource(cited.turn, source.dataset.source);
  }
});

document.addEventListener("citation-step", (event) => {
  if (drawer.hidden) return;
  const sources = [...drawer.querySelectorAll("li [data-source]")].map((node) => Number(node.dataset.source));
  const next = sources[sources.indexOf(cited.number) + event.detail];
  if (next) openSource(cited.turn, next);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]")) closeDrawer();
});

// A reload in mid-answer goes on where it was; a starter that was clicked in the store is asked.
startAsked(thread, { back: location.pathname });
startPython(thread);
startResults(thread);
const open = thread.querySelector("[data-open-turn]");
if (open) {
  answering.begun(open.dataset.openTurn);
  watch(open, `/api/v1/turns/${answering.name}/events`).catch(showProblem);
  setWaiting(open.hasAttribute("data-waits") && thread.querySelector("[data-asked-kind]:not([data-asked-kind=computation])") !== null);
} else if (chat.dataset.opening && composer) ask(chat.dataset.opening);
