// Server-sent events over fetch: by GET or POST, resumed by Last-Event-ID with growing pauses.
//
//   await readEvents("/…/messages", { method: "POST", json: {…}, resume: (event) => "/…/events", onEvent })
//
// onEvent gets { id, event, data } with data already decoded, and may be async. The promise resolves to the last event
// once `isFinal` says so, and rejects with an ApiError that says why where the server refuses or stays silent.

import { ApiError, readProblem } from "./api.js";
import { csrfHeaders } from "./csrf.js";
import { word } from "./words.js";

const PAUSES = [300, 700, 1500, 3000, 5000, 8000, 8000, 8000];
const FINAL = new Set(["message.finished", "error"]);

export async function readEvents(url, options) {
  const { method = "GET", json, headers = {}, signal, onEvent, onRetry = null, resume = null, isFinal = (event) => FINAL.has(event.event) } = options;
  let lastId = options.lastEventId ?? "";
  let next = { url, method, body: json === undefined ? undefined : JSON.stringify(json) };
  let resumeUrl = method === "GET" ? url : null;
  let failures = 0;
  for (;;) {
    try {
      for await (const event of stream(next, lastId, headers, signal)) {
        failures = 0;
        if (event.id) lastId = event.id;
        resumeUrl = resume?.(event) ?? resumeUrl;
        await onEvent(event);
        if (isFinal(event)) return event;
      }
    } catch (error) {
      if (error.name === "AbortError" || (error instanceof ApiError && !isPassing(error.status))) throw error;
    }
    if (!resumeUrl || failures >= PAUSES.length) throw new ApiError(0, { code: "stream_lost", detail: word("offline") });
    onRetry?.(failures + 1);
    await pause(PAUSES[failures++], signal);
    next = { url: resumeUrl, method: "GET" };
  }
}

async function* stream({ url, method, body }, lastId, headers, signal) {
  const sent = { Accept: "text/event-stream", ...csrfHeaders(), ...headers };
  if (body) sent["Content-Type"] = "application/json";
  if (lastId) sent["Last-Event-ID"] = lastId;
  const response = await fetch(url, { method, body, headers: sent, signal, cache: "no-store" });
  if (!response.ok) throw new ApiError(response.status, await readProblem(response));
  if (response.status === 204) return;
  const decoder = new TextDecoder();
  const reader = response.body.getReader();
  const parser = new EventParser();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(decoder.decode(value, { stream: true }));
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

// Collects lines into events; exported for tests and for other transports.
export class EventParser {
  #rest = "";
  #id = "";
  #name = "";
  #data = [];

  *push(text) {
    this.#rest += text;
    const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        const event = this.#take();
        if (event) yield event;
      } else this.#field(line);
    }
  }

  #field(line) {
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.#data.push(value);
    else if (name === "event") this.#name = value;
    else if (name === "id") this.#id = value;
  }

  #take() {
    const text = this.#data.join("\n");
    const event = { id: this.#id, event: this.#name || "message", data: decode(text) };
    const empty = this.#data.length === 0;
    this.#name = "";
    this.#data = [];
    return empty ? null : event;
  }
}

function decode(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isPassing(status) {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

function pause(time, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, time);
    signal?.addEventListener("abort", () => (clearTimeout(timer), reject(new DOMException("aborted", "AbortError"))), { once: true });
  });
}
