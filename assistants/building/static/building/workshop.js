// The Create tab: say something, watch the answer and the draft grow, stop it, go on where it was after a reload.

import { ApiError, request } from "../web/api.js";
import { stopper } from "../web/asking.js";
import { readEvents } from "../web/sse.js";
import { startPanes } from "./panes.js";

const workshop = document.getElementById("workshop");
// The interview's answers put fresh ones in their places.
const thread = () => document.getElementById("workshop-thread");
const draft = () => document.getElementById("workshop-draft");
const log = workshop.querySelector("[data-log]");
const form = workshop.querySelector("[data-say]");
const field = form?.querySelector("textarea");
const { messages, threadUrl, draftUrl } = workshop.dataset;
const answering = stopper((message) => request(`${messages}/${message}/stop`, { method: "POST" }).catch(showProblem));
let busy = false;

const atBottom = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
const toBottom = () => (log.scrollTop = log.scrollHeight);

function setBusy(value) {
  busy = value;
  log.toggleAttribute("aria-busy", value);
  if (!form) return;
  form.querySelector("[data-send]").hidden = value;
  form.querySelector("[data-stop]").hidden = !value;
}

function showProblem(error) {
  const box = workshop.querySelector("[data-problem]");
  if (!box) return;
  box.hidden = !error;
  if (error) box.querySelector("[data-problem-words]").textContent = error.message;
}

function copy(id) {
  const node = document.getElementById(id).content.firstElementChild.cloneNode(true);
  thread().append(node);
  return node;
}

async function reload(target, url) {
  const { data } = await request(url, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(data ?? "", "text/html");
  target.replaceChildren(...page.body.childNodes);
  window.htmx?.process(target);
}

async function reloadThread() {
  const follow = atBottom();
  await reload(thread(), threadUrl);
  if (follow) toBottom();
}

// A call may change many fields; one look at the draft shows them all.
let looking = null;
function reloadDraft() {
  looking ??= new Promise((resolve) => setTimeout(resolve, 80))
    .then(() => ((looking = null), reload(draft(), draftUrl)))
    .then(showHead)
    .catch(showProblem);
  return looking;
}

function showHead() {
  const face = draft().querySelector("[data-draft-face]");
  if (!face) return;
  document.querySelectorAll("[data-builder-name]").forEach((element) => (element.textContent = face.dataset.name));
  const count = workshop.querySelector("[data-change-count]");
  if (count) count.textContent = face.dataset.changes === "0" ? "" : face.dataset.changes;
  const drawn = draft().querySelector("[data-picture-of-draft] > svg");
  if (!drawn) return;
  document.querySelectorAll("[data-builder-picture] svg").forEach((old) => {
    const fresh = drawn.cloneNode(true);
    fresh.setAttribute("class", old.getAttribute("class"));
    old.replaceWith(fresh);
  });
}

function show({ event, data }, answer) {
  const follow = atBottom();
  if (event === "message.started") answering.begun(data.message);
  else if (event === "html") paint(answer.querySelector("[data-body]"), data.html);
  else if (event === "tool.started") doing(answer, data.label);
  else if (event === "tool.finished" && data.detail?.changes) reloadDraft();
  if (follow) toBottom();
}

function paint(body, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  body.replaceChildren(...page.body.childNodes);
}

function doing(answer, label) {
  const words = answer.querySelector("[data-doing-words]");
  if (words) words.textContent = label;
}

async function watch(answer, url, options = {}) {
  setBusy(true);
  answering.asked();
  try {
    await readEvents(`${url}?render=html`, {
      ...options,
      isFinal: (event) => event.event === "message.finished",
      resume: () => (answering.name ? `${messages}/${answering.name}/events?render=html` : null),
      onEvent: (event) => show(event, answer),
    });
    // What the thread offers next can be pressed at once: nobody waits for the draft's own look.
    reloadDraft();
    await reloadThread();
  } finally {
    answering.ended();
    setBusy(false);
  }
}

async function say(text, again = false) {
  if (busy || !(text.trim() || again)) return;
  showProblem(null);
  const said = again ? null : copy("said-template");
  if (said) said.textContent = text;
  else thread().querySelector("[data-message]:last-child")?.remove();
  const answer = copy("answer-template");
  if (!again) field.value = "";
  toBottom();
  const model = form.querySelector("[data-model]")?.value ?? "";
  try {
    await watch(answer, messages, { method: "POST", json: { text, model, again, stream: true } });
  } catch (error) {
    // Nothing that was typed is lost: what the server did not take goes back into the field.
    if (said && error instanceof ApiError && error.status >= 400) field.value = text;
    showProblem(error);
    await reloadThread().catch(() => {});
  }
  field.focus();
}

workshop.addEventListener("click", (event) => {
  const button = event.target.closest("#workshop-thread button");
  if (button?.dataset.sayThis !== undefined) say(button.textContent.trim());
  if (button?.dataset.again !== undefined) say("", true);
});

// A trial question is asked by the preview as soon as it is there; a link from elsewhere only fills it in.
document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-try]");
  if (link) sessionStorage.setItem("try-question", link.dataset.try);
});

document.body.addEventListener("htmx:afterSettle", (event) => {
  showHead();
  if (event.target.id === "workshop-foot") toBottom();
});

if (form) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.querySelector("[data-stop]").addEventListener("click", () => answering.stop());
}

startPanes();
toBottom();

// Somebody's answer is being written, perhaps on another device: go on watching it.
const open = thread().querySelector("[data-open]");
if (open) {
  answering.begun(open.dataset.message);
  watch(open, `${messages}/${answering.name}/events`).catch(showProblem);
}
