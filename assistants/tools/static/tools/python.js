// Runs the programs that an answer waits for: each in a worker of a document with an origin of its own and without network.
// The page gets the interpreter and the files, hands them in, and sends what comes out to the server, which believes nothing.

import { request } from "../web/api.js";

const FRAME = "/python-sandbox";
const LOADING = 90_000; // milliseconds until the interpreter has to stand
const PACKED = { wasm: "pyodide.asm.wasm.gz", module: "pyodide.asm.mjs.gz" };
const PLAIN = { loader: "pyodide.mjs", library: "python_stdlib.zip" };
const running = new Map(); // of this page, by the id of the request
let parts = null;

// Runs what stands below `root` and what comes there later.
export function startPython(root) {
  const look = () => root.querySelectorAll("[data-asked-kind=computation][data-asked-state=pending]").forEach(take);
  new MutationObserver(look).observe(root, { childList: true, subtree: true });
  root.addEventListener("click", (event) => {
    const card = event.target.closest("[data-compute-stop]")?.closest("[data-asked]");
    if (card) stop(card);
  });
  look();
}

function stop(card) {
  const run = running.get(card.dataset.asked);
  if (run) run.abort();
  else send(card, { state: "stopped" });
}

// A card may be drawn again while its program runs: the words go to whichever stands now.
function take(card) {
  const id = card.dataset.asked;
  if (running.has(id)) return;
  running.set(id, new AbortController());
  once(id, card).catch((error) => problem(id, error.message));
}

// Where several pages of one browser show the answer, one of them runs it, and the next where that one is closed.
async function once(id, card) {
  if (!navigator.locks) return run(id, card);
  const waits = setTimeout(() => say(id, "elsewhere"), 300);
  const { signal } = running.get(id);
  try {
    await navigator.locks.request(`python-${id}`, { signal }, async () => {
      clearTimeout(waits);
      if (stands(id)) await run(id, card);
    });
  } catch (error) {
    clearTimeout(waits);
    if (error.name !== "AbortError") throw error;
    await send(card, { state: "stopped" });
  }
}

async function run(id, card) {
  const { signal } = running.get(id);
  const limits = JSON.parse(card.dataset.limits);
  say(id, "loading");
  const answer = await compute(card.dataset.code, JSON.parse(card.dataset.files), limits, signal, () => say(id, "running"));
  say(id, "sending");
  await send(card, answer);
}

// What a program gives, or why it gives nothing; never rejects.
export async function compute(code, files, limits, signal, onReady) {
  const started = performance.now();
  const since = () => Math.round(performance.now() - started);
  let given, interpreter;
  try {
    [interpreter, given] = await Promise.all([load(), Promise.all(files.map((file) => bytesOf(file)))]);
  } catch (error) {
    return { state: "unavailable", error: String(error.message).slice(0, 500) };
  }
  if (signal.aborted) return { state: "stopped" };
  const frame = document.createElement("iframe");
  frame.setAttribute("sandbox", "allow-scripts");
  frame.hidden = true;
  frame.title = "Python";
  frame.src = FRAME;
  let timer = null;
  const ended = new Promise((resolve) => {
    const end = (state, more = {}) => resolve({ state, milliseconds: since(), ...more });
    signal.addEventListener("abort", () => end("stopped"), { once: true });
    timer = setTimeout(() => end("unavailable", { error: "The interpreter did not start in time." }), LOADING);
    frame.addEventListener("error", () => end("unavailable"), { once: true });
    frame.addEventListener("load", () => {
      const { port1, port2 } = new MessageChannel();
      let ready = false;
      port1.onmessage = ({ data: said }) => {
        if (said?.kind === "ready" && !ready) {
          ready = true;
          clearTimeout(timer);
          timer = setTimeout(() => end("timeout"), limits.seconds * 1000);
          onReady?.();
        } else if (said?.kind === "result") resolve(read(said.json, limits) ?? { state: "crashed", milliseconds: since() });
        else if (said?.kind === "large") end("large");
        else if (said?.kind === "crashed") end(ready ? "crashed" : "unavailable", { error: clean(said.reason, 500) });
      };
      const message = { parts: interpreter.parts, lock: interpreter.lock, files: given, code, limits };
      // Its origin is nobody's, so there is none to name; the document is ours, and may not lead elsewhere.
      frame.contentWindow.postMessage(message, "*", [port2]);
    }, { once: true });
  });
  document.body.append(frame);
  const answer = await ended;
  clearTimeout(timer);
  frame.remove(); // and with it the worker, whatever it does
  return answer;
}

// Kept while the page stands: a second program starts sooner.
function load() {
  parts ??= fetchParts().catch((error) => {
    parts = null;
    throw error;
  });
  return parts;
}

async function fetchParts() {
  const packed = Object.entries(PACKED).map(async ([name, file]) => [name, await unpacked(await get(file))]);
  const plain = Object.entries(PLAIN).map(async ([name, file]) => [name, await (await get(file)).arrayBuffer()]);
  const lock = get("pyodide-lock.json").then((response) => response.text());
  return { parts: Object.fromEntries(await Promise.all([...packed, ...plain])), lock: await lock };
}

async function get(file) {
  const response = await fetch(new URL(`pyodide/${file}`, import.meta.url));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
}

function unpacked(response) {
  return new Response(response.body.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function bytesOf({ name, url }) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return { name, data: await response.arrayBuffer() };
}

const STATES = new Set(["done", "failed"]);
const TEXTS = ["stdout", "stderr", "value", "error"];

// A program shares its interpreter with what writes the result down, so this may be anything: what cannot be a result is none.
function read(json, limits) {
  let said;
  try {
    said = JSON.parse(json);
  } catch {
    return null;
  }
  if (said === null || typeof said !== "object" || !STATES.has(said.state)) return null;
  const answer = { state: said.state, truncated: said.truncated === true };
  for (const name of TEXTS) answer[name] = clean(said[name], limits.characters);
  answer.milliseconds = Number.isInteger(said.milliseconds) ? Math.max(0, Math.min(said.milliseconds, limits.seconds * 1000)) : 0;
  for (const name of ["tables", "charts", "files", "left_out"]) answer[name] = Array.isArray(said[name]) ? said[name] : [];
  return JSON.parse(JSON.stringify(answer, (_key, value) => (typeof value === "string" ? clean(value, Infinity) : value)));
}

// JSON of ours holds no NUL and no half of a pair.
function clean(text, most) {
  if (typeof text !== "string") return "";
  const cut = text.length > most ? text.slice(0, most) : text;
  return (cut.toWellFormed?.() ?? cut.replace(/[\ud800-\udfff]/g, "\ufffd")).replaceAll("\0", "\ufffd");
}

async function send(card, answer) {
  const { asked: id, askedTurn: turn } = card.dataset;
  const url = `/api/v1/turns/${turn}/computations/${id}`;
  try {
    await request(url, { method: "POST", json: answer });
  } catch (error) {
    // What became of it is drawn by the stream where another page was quicker, or the answer was ended.
    if (error.code === "already_computed" || error.code === "turn_not_waiting") return;
    // What is no result for the server is none for the model either, and the answer goes on.
    if (error.status === 400 || error.status === 413 || error.status === 422) {
      await request(url, { method: "POST", json: { state: "crashed" } }).catch((again) => problem(id, again.message));
    } else problem(id, error.message);
  }
}

const stands = (id) => document.querySelector(`[data-asked="${CSS.escape(id)}"][data-asked-state=pending]`);

function say(id, state) {
  const line = stands(id)?.querySelector("[data-compute-words]");
  if (line) line.textContent = line.dataset[state];
}

function problem(id, message) {
  const line = stands(id)?.querySelector("[data-asked-problem]");
  if (!line) return;
  line.hidden = false;
  line.querySelector("span").textContent = message;
  running.delete(id);
}
