// What happened inside an answer: passages with scores, calls of tools and models, tokens, cost and time.

import { openDialog } from "../web/dialogs.js";

const words = () => document.getElementById("answer-words").dataset;
export const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

export function traceOf(trace) {
  const element = copy("trace-template");
  const put = (name, value) => (element.querySelector(`[data-trace=${name}]`).textContent = value);
  const rewritten = element.querySelector("[data-trace-query]");
  rewritten.hidden = !trace.search?.rewritten;
  rewritten.querySelector("[data-query]").textContent = trace.search?.query ?? "";
  fill(element, "passages", trace.passages.map(passageOf));
  element.querySelector("[data-trace-none]").hidden = Boolean(trace.passages.length);
  fill(element, "tools", trace.tool_calls.map(toolOf));
  fill(element, "calls", (trace.calls ?? []).map(callOf));
  put("input", trace.usage.input_tokens.toLocaleString());
  put("output", trace.usage.output_tokens.toLocaleString());
  put("search", trace.passages.length ? duration(trace.times.search) : "–");
  put("first", trace.times.first_word ? duration(trace.times.first_word) : "–");
  element.querySelector("[data-trace-sum]").textContent = [duration(trace.times.total), money(trace.cost)].filter(Boolean).join(words().comma);
  element.querySelector("[data-trace-show]").addEventListener("click", () => {
    document.querySelector("[data-trace-prompt]").textContent = trace.prompt;
    openDialog("prompt-dialog");
  });
  return element;
}

function fill(element, name, rows) {
  const part = element.querySelector(`[data-trace-${name}]`);
  part.hidden = !rows.length;
  part.querySelector("ol").replaceChildren(...rows);
}

function passageOf(passage) {
  const row = copy("passage-template");
  row.querySelector("[data-title]").textContent = passage.title;
  row.querySelector("[data-place]").textContent = placeOf(passage);
  row.querySelector("progress").value = passage.score * 100;
  row.querySelector("[data-score]").textContent = passage.score.toFixed(2).replace(/^0/, "");
  return row;
}

function toolOf(call) {
  const row = copy("tool-template");
  row.querySelector("[data-label]").textContent = call.label;
  row.querySelector("[data-summary]").textContent = call.summary ?? "";
  row.querySelector("[data-time]").textContent = call.milliseconds === undefined ? "" : duration(call.milliseconds);
  row.querySelector("[data-failed]").hidden = call.ok !== false;
  const given = call.arguments && Object.keys(call.arguments).length ? call.arguments : call.arguments || null;
  row.querySelector("[data-arguments]").textContent = typeof given === "string" ? given : given ? JSON.stringify(given) : "";
  return row;
}

function callOf(call) {
  const row = copy("call-template");
  row.querySelector("[data-label]").textContent = [call.model, words()[call.kind]].filter(Boolean).join(" · ");
  row.querySelector("[data-tokens]").textContent = words().tokens.replace("%in", (call.input_tokens ?? 0).toLocaleString()).replace("%out", (call.output_tokens ?? 0).toLocaleString());
  row.querySelector("[data-cost]").textContent = money(call.cost);
  return row;
}

export function placeOf({ page, paragraph, heading }) {
  const parts = [page && words().page.replace("%s", page), paragraph && words().paragraph.replace("%s", paragraph), heading];
  return parts.filter(Boolean).join(words().comma);
}

export function duration(value) {
  return value < 1000 ? `${value} ms` : `${(value / 1000).toFixed(1)} s`;
}

export function money(cost) {
  if (!cost) return "";
  if (!cost.amount) return words().free;
  const digits = cost.amount < 100000 ? 4 : 2;
  return new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: cost.currency, minimumFractionDigits: digits, maximumFractionDigits: digits }).format(cost.amount / 1e6);
}
