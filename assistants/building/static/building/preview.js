// Talks to the draft: streams the answer as safe HTML from the server, then shows what happened inside.

import { request } from "../web/api.js";
import { openDialog } from "../web/dialogs.js";
import { readEvents } from "../web/sse.js";

const pane = document.querySelector("[data-preview]");
const log = pane.querySelector("[data-preview-log]");
const form = pane.querySelector("[data-preview-form]");
const input = form.querySelector("textarea");
const send = pane.querySelector("[data-preview-send]");
const stop = pane.querySelector("[data-preview-stop]");
const empty = pane.querySelector("[data-preview-empty]");
const MAX_HISTORY = 40;
let history = [];
let running = null;

async function ask(text) {
  if (running || !text.trim()) return;
  running = { turn: "" };
  empty.hidden = true;
  send.hidden = true;
  stop.hidden = false;
  log.setAttribute("aria-busy", "true");
  log.append(bubble(text));
  const answer = copy("[data-answer-template]");
  log.append(answer);
  follow(true);
  await saveDraft();
  try {
    await stream(text, answer);
  } catch (error) {
    fail(answer, error.message, text);
  }
  answer.querySelector("[data-caret]")?.remove();
  log.removeAttribute("aria-busy");
  stop.hidden = true;
  send.hidden = false;
  running = null;
}

async function stream(text, answer) {
  const body = answer.querySelector("[data-answer]");
  let message = null;
  await readEvents(pane.dataset.url, {
    method: "POST",
    json: { text, history: history.slice(-MAX_HISTORY), stream: true },
    isFinal: (event) => event.event === "trace",
    onEvent: ({ event, data }) => {
      if (event === "message.started") running.turn = data.turn;
      if (event === "html") paint(body, data.html);
      if (event === "error") fail(answer, data.message, text);
      if (event === "message.finished") message = data.message;
      if (event === "trace") answer.append(traceOf(data));
      follow();
    },
  });
  if (message?.state === "stopped") fail(answer, pane.dataset.wordStopped, text);
  if (message?.text) {
    answer.citations = message.citations;
    history.push({ role: "user", text }, { role: "assistant", text: message.text });
  }
}

function paint(body, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  body.replaceChildren(...page.body.childNodes);
}

function bubble(text) {
  const element = document.createElement("div");
  element.className = "msg-user whitespace-pre-wrap";
  element.textContent = text;
  return element;
}

function copy(selector) {
  return pane.querySelector(selector).content.firstElementChild.cloneNode(true);
}

function fail(answer, words, text) {
  const notice = answer.querySelector("[data-failure]");
  notice.hidden = false;
  notice.querySelector("[data-failure-words]").textContent = words;
  notice.querySelector("[data-again]").onclick = () => (answer.previousElementSibling?.remove(), answer.remove(), ask(text));
}

// Follow the answer only while the reader is at the end of it.
function follow(force = false) {
  const near = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  if (near || force) log.scrollTop = log.scrollHeight;
}

function traceOf(trace) {
  const element = copy("[data-trace-template]");
  const list = element.querySelector("ol");
  trace.passages.forEach((passage) => list.append(passageOf(passage)));
  element.querySelector("[data-trace-passages]").hidden = !trace.passages.length;
  element.querySelector("[data-trace-none]").hidden = Boolean(trace.passages.length);
  const put = (name, value) => (element.querySelector(`[data-trace=${name}]`).textContent = value);
  put("input", trace.usage.input_tokens.toLocaleString());
  put("output", trace.usage.output_tokens.toLocaleString());
  put("search", trace.passages.length ? milliseconds(trace.times.search) : "–");
  put("first", milliseconds(trace.times.first_word));
  element.querySelector("[data-trace-sum]").textContent = [milliseconds(trace.times.total), money(trace.cost)].filter(Boolean).join(pane.dataset.wordComma);
  element.querySelector("[data-trace-show]").addEventListener("click", () => {
    document.querySelector("[data-trace-prompt]").textContent = trace.prompt;
    openDialog("prompt-dialog");
  });
  return element;
}

function passageOf(passage) {
  const row = copy("[data-passage-template]");
  row.querySelector("[data-title]").textContent = passage.title;
  row.querySelector("[data-place]").textContent = placeOf(passage);
  row.querySelector("progress").value = passage.score * 100;
  row.querySelector("[data-score]").textContent = passage.score.toFixed(2).replace(/^0/, "");
  return row;
}

function placeOf({ page, paragraph, heading }) {
  const parts = [page && pane.dataset.wordPage.replace("%s", page), paragraph && pane.dataset.wordParagraph.replace("%s", paragraph), heading];
  return parts.filter(Boolean).join(pane.dataset.wordComma);
}

function milliseconds(value) {
  return value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
}

function money(cost) {
  if (!cost) return "";
  if (!cost.amount) return pane.dataset.wordFree;
  const digits = cost.amount < 100000 ? 4 : 2;
  return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: cost.currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(cost.amount / 1e6);
}

async function saveDraft() {
  const waiting = [];
  document.dispatchEvent(new CustomEvent("flush-draft", { detail: waiting }));
  await Promise.all(waiting);
}

function refreshStart(draft) {
  const welcome = pane.querySelector("[data-preview-welcome]");
  welcome.textContent = draft.profile.welcome_message || welcome.dataset.default;
  const starters = draft.profile.starters.map((text) => {
    const button = copy("[data-starter-template]");
    button.textContent = text;
    return button;
  });
  pane.querySelector("[data-preview-starters]").replaceChildren(...starters);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = input.value;
  if (running || !text.trim()) return;
  input.value = "";
  ask(text);
});
input.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) (event.preventDefault(), form.requestSubmit());
});
stop.addEventListener("click", () => running?.turn && request(`${pane.dataset.turns}${running.turn}/stop`, { method: "POST" }).catch(() => {}));
pane.querySelector("[data-preview-reset]").addEventListener("click", () => {
  history = [];
  log.querySelectorAll(":scope > :not([data-preview-empty])").forEach((element) => element.remove());
  empty.hidden = false;
  input.focus();
});
pane.addEventListener("click", (event) => {
  const starter = event.target.closest("[data-starter]");
  if (starter) ask(starter.textContent);
  const mark = event.target.closest("[data-citation]");
  if (mark) showSource(mark);
});
document.addEventListener("draft-saved", (event) => refreshStart(event.detail));

function showSource(mark) {
  const answer = mark.closest("[data-answer]").parentElement;
  const citation = answer.citations?.find((item) => String(item.number) === mark.dataset.citation);
  if (!citation) return;
  document.getElementById("source-dialog-title").textContent = citation.title;
  document.querySelector("[data-source-place]").textContent = placeOf(citation);
  document.querySelector("[data-source-quote]").textContent = citation.quote;
  openDialog("source-dialog");
}
