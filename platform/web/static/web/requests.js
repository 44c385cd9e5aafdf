// htmx: our CSRF header on each request, and a toast that says why where one was refused.

import { startAutosave } from "./autosave.js";
import { csrfHeaders } from "./csrf.js";
import { toast } from "./toasts.js";
import { word } from "./words.js";

export function startRequests() {
  document.addEventListener("htmx:configRequest", (event) => Object.assign(event.detail.headers, csrfHeaders()));
  document.addEventListener("htmx:responseError", (event) => {
    if (event.target.closest?.(".fragment")) return;
    toast(reason(event.detail.xhr), { level: "error" });
  });
  document.addEventListener("htmx:sendError", () => toast(word("offline"), { level: "error" }));
  document.addEventListener("htmx:load", (event) => startAutosave(event.target));
}

function reason(answer) {
  if (answer.status === 401) return word("signedOut");
  if (answer.getResponseHeader("Content-Type")?.includes("json")) return problem(answer.responseText) || word("failed");
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  return page.querySelector(".notice")?.textContent.replace(/\s+/g, " ").trim() || word("failed");
}

// htmx may also be pointed at the REST API, which answers in problem details.
function problem(text) {
  try {
    const { detail, errors = [] } = JSON.parse(text);
    return [detail, ...errors.map((error) => error.message)].filter(Boolean).join(" ");
  } catch {
    return "";
  }
}
