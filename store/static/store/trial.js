// Trying an assistant, without an account or as a moderator: ask, watch the answer come, and no more than that.

import { request } from "../web/api.js";
import { follower, paintAnswer, startComposer } from "../web/asking.js";
import { readEvents } from "../web/sse.js";
import { startAsked } from "../turns/asked.js";
import { paintParts } from "../turns/parts.js";
import { startResults } from "../turns/results.js";

const trial = document.getElementById("trial");
const thread = document.getElementById("trial-thread");
const composer = document.getElementById("composer");
const field = document.getElementById("ask");
const problem = document.getElementById("problem");
const { atEnd, toEnd } = follower(document.getElementById("messages"));
let watching = null;

const showBusy = composer && startComposer({ form: composer, field, send: document.getElementById("send"), stop: document.getElementById("stop"), ask, onStop: () => watching?.abort() });

function clone(id) {
  const node = document.getElementById(id).content.firstElementChild.cloneNode(true);
  thread.insertBefore(node, document.getElementById("trial-standing"));
  return node;
}

async function ask(text) {
  if (!text.trim() || watching) return;
  problem.hidden = true;
  document.getElementById("trial-welcome")?.remove();
  const question = clone("question-template");
  question.querySelector("[data-text]").textContent = text;
  const article = clone("answer-template");
  field.value = "";
  toEnd();
  watching = new AbortController();
  showBusy(true);
  let begun = false;
  try {
    const onEvent = (event) => {
      begun = true;
      show(event, article);
    };
    await readEvents(`${trial.dataset.askUrl}?render=html`, { method: "POST", json: { text }, signal: watching.signal, isFinal: (event) => event.event === "message.finished", onEvent });
  } catch (error) {
    if (error.name !== "AbortError") {
      problem.querySelector("p").textContent = error.message;
      problem.hidden = false;
    }
    if (!begun) {
      question.remove();
      article.remove();
      field.value = text;
    }
  } finally {
    watching = null;
    showBusy(false);
    await reload(begun).catch(() => {});
  }
}

function show(event, article) {
  const follow = atEnd();
  if (event.event === "parts") paintParts(article, event.data);
  else if (event.event === "html") paintAnswer(article.querySelector("[data-body]"), event.data.html);
  if (follow) toEnd();
}

// What was said, as the server keeps it: with its sources, and how many questions are left.
async function reload(begun) {
  if (!begun) return;
  const { data } = await request(trial.dataset.threadUrl, { headers: { Accept: "text/html" } });
  const follow = atEnd();
  const page = new DOMParser().parseFromString(data ?? "", "text/html");
  thread.replaceChildren(...page.body.childNodes);
  composer.hidden = document.getElementById("trial-standing").dataset.left === "0";
  if (follow) toEnd();
}

trial.addEventListener("click", (event) => {
  const target = event.target.closest("button");
  if (target?.dataset.ask !== undefined) ask(target.textContent.trim());
  else if (target?.dataset.citation) {
    const sources = target.closest("article").querySelector("details");
    if (!sources) return;
    sources.open = true;
    sources.querySelector(`[data-source="${CSS.escape(target.dataset.citation)}"]`)?.scrollIntoView({ block: "nearest" });
  }
});

startAsked(trial);
startResults(trial);
toEnd();
