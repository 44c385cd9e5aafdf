// A column of questions and answers of one assistant: asks, paints what streams in, then shows what happened inside.

import { startPython } from "../tools/python.js";
import { startAsked } from "../turns/asked.js";
import { paintParts } from "../turns/parts.js";
import { startResults } from "../turns/results.js";
import { request } from "../web/api.js";
import { follower, paintAnswer, stopper } from "../web/asking.js";
import { openDialog } from "../web/dialogs.js";
import { readEvents } from "../web/sse.js";
import { toast } from "../web/toasts.js";
import { copy, placeOf, traceOf } from "./trace.js";

const MAX_HISTORY = 40;
const GOES_ON = new Set(["tool.started", "text.delta"]);
const words = document.getElementById("answer-words").dataset;

export class Answers {
  #log;
  #empty;
  #history = [];
  #extra;
  #prepare;
  #end;
  #turn = stopper((turn) => request(`/api/v1/turns/${turn}/stop`, { method: "POST" }).catch((error) => toast(error.message, { level: "error" })));

  // `extra()` says what the question is asked of beside the draft: another model, a version. `prepare()` comes before asking.
  constructor(log, { extra = () => ({}), prepare = async () => {} } = {}) {
    this.#log = log;
    this.#empty = log.querySelector("[data-log-empty]");
    this.#extra = extra;
    this.#prepare = prepare;
    this.#end = follower(log, 120);
    startAsked(log);
    startPython(log);
    startResults(log);
    log.addEventListener("click", (event) => {
      const mark = event.target.closest("[data-citation]");
      if (mark) showSource(mark);
    });
  }

  async ask(text) {
    if (this.#empty) this.#empty.hidden = true;
    this.#log.setAttribute("aria-busy", "true");
    const question = bubble(text);
    const answer = copy("answer-template");
    this.#log.append(question, answer);
    this.#end.toEnd();
    this.#turn.asked();
    try {
      await this.#prepare();
      await this.#stream(text, answer);
    } catch (error) {
      fail(answer, error.message);
    }
    answer.querySelector("[data-again]").addEventListener("click", () => {
      question.remove();
      answer.remove();
      this.#log.dispatchEvent(new CustomEvent("ask-again", { bubbles: true, detail: text }));
    });
    answer.querySelector("[data-caret]")?.remove();
    this.#log.removeAttribute("aria-busy");
    this.#turn.ended();
  }

  stop() {
    this.#turn.stop();
  }

  reset() {
    this.#history = [];
    this.#log.querySelectorAll(":scope > :not([data-log-empty])").forEach((element) => element.remove());
    if (this.#empty) this.#empty.hidden = false;
  }

  async #stream(text, answer) {
    let message = null;
    let problem = "";
    let last = "trace";
    await readEvents(words.url, {
      method: "POST",
      json: { text, history: this.#history.slice(-MAX_HISTORY), stream: true, ...this.#extra() },
      // A stream that was lost is followed as any turn's, which tells nothing of what happened inside.
      resume: () => this.#turn.name && `/api/v1/turns/${this.#turn.name}/events?render=html`,
      onRetry: () => (last = "message.finished"),
      isFinal: (event) => event.event === last,
      onEvent: ({ event, data }) => {
        if (event === "message.waiting") answer.querySelector("[data-caret]").hidden = true;
        if (GOES_ON.has(event)) answer.querySelector("[data-caret]").hidden = false;
        const follow = this.#end.atEnd();
        if (event === "message.started") this.#turn.begun(data.turn);
        if (event === "html") paintAnswer(answer.querySelector("[data-answer]"), data.html);
        if (event === "parts") paintParts(answer, data);
        if (event === "error") problem = data.message;
        if (event === "message.finished") message = data.message;
        if (event === "trace") answer.append(traceOf(data));
        if (follow) this.#end.toEnd();
      },
    });
    if (problem) fail(answer, problem);
    if (message?.state === "stopped") fail(answer, words.stopped);
    if (!message?.text) return;
    answer.citations = message.citations;
    this.#history.push({ role: "user", text }, { role: "assistant", text: message.text });
    if (words.tests) offerTest(answer, text);
  }
}

function bubble(text) {
  const element = document.createElement("div");
  element.className = "msg-user whitespace-pre-wrap break-words";
  element.textContent = text;
  return element;
}

function fail(answer, message) {
  const notice = answer.querySelector("[data-failure]");
  notice.hidden = false;
  notice.querySelector("[data-failure-words]").textContent = message;
}

// The question is kept among the assistant's tests.
function offerTest(answer, question) {
  const button = copy("test-template");
  button.addEventListener("click", async () => {
    button.disabled = true;
    try {
      await request(words.tests, { method: "POST", json: { question, source: "preview" } });
      button.querySelector("[data-words]").textContent = words.testSaved;
    } catch (error) {
      button.disabled = false;
      toast(error.message, { level: "error" });
    }
  });
  answer.querySelector("[data-trace-actions]")?.append(button);
}

function showSource(mark) {
  const answer = mark.closest("[data-answer]").parentElement;
  const citation = answer.citations?.find((item) => String(item.number) === mark.dataset.citation);
  if (!citation) return;
  document.getElementById("source-dialog-title").textContent = citation.title;
  document.querySelector("[data-source-place]").textContent = placeOf(citation);
  document.querySelector("[data-source-quote]").textContent = citation.quote;
  openDialog("source-dialog");
}

// The draft answers as it stands on the page: what is still being written is saved first.
export async function saveDraft() {
  const waiting = [];
  document.dispatchEvent(new CustomEvent("flush-draft", { detail: waiting }));
  await Promise.all(waiting);
}
