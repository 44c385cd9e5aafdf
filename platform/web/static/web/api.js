// JSON requests to our own server; a refusal becomes an ApiError that can be shown as it is.

import { csrfHeaders } from "./csrf.js";
import { word } from "./words.js";

export class ApiError extends Error {
  constructor(status, problem = {}) {
    super(problem.detail || (status === 401 ? word("signedOut") : word("failed")));
    this.status = status;
    this.code = problem.code ?? "";
    this.errors = problem.errors ?? [];
    this.requestId = problem.request_id ?? "";
  }
}

export async function readProblem(response) {
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// Send `json`, or a FormData as `form`; resolves to the decoded body, or null where there is none.
export async function request(url, { method = "GET", json, form, headers = {}, signal, keepalive } = {}) {
  const body = json === undefined ? form : JSON.stringify(json);
  const type = json === undefined ? {} : { "Content-Type": "application/json" };
  let response;
  try {
    response = await fetch(url, { method, body, signal, keepalive, headers: { Accept: "application/json", ...csrfHeaders(), ...type, ...headers } });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { code: "offline", detail: word("offline") });
  }
  if (!response.ok) throw new ApiError(response.status, await readProblem(response));
  const text = response.status === 204 ? "" : await response.text();
  const data = text && response.headers.get("Content-Type")?.includes("json") ? JSON.parse(text) : text || null;
  return { data, response };
}
