// Send one file with progress: upload(url, file, { onProgress }) → a promise of the decoded answer, with abort().

import { ApiError } from "./api.js";
import { csrfToken } from "./csrf.js";
import { word } from "./words.js";

export function upload(url, file, { field = "file", data = {}, method = "POST", onProgress = null } = {}) {
  const sender = new XMLHttpRequest();
  const body = new FormData();
  Object.entries(data).forEach(([name, value]) => body.append(name, value));
  body.append(field, file, file.name);
  const promise = new Promise((resolve, reject) => {
    sender.upload.addEventListener("progress", (event) => event.lengthComputable && onProgress?.(event.loaded, event.total));
    sender.addEventListener("load", () => (sender.status < 300 ? resolve(decoded(sender)) : reject(problem(sender))));
    sender.addEventListener("error", () => reject(new ApiError(0, { code: "offline", detail: word("offline") })));
    sender.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    sender.open(method, url);
    sender.setRequestHeader("Accept", "application/json");
    sender.setRequestHeader("X-CSRFToken", csrfToken());
    sender.send(body);
  });
  promise.abort = () => sender.abort();
  return promise;
}

function decoded(sender) {
  try {
    return JSON.parse(sender.responseText);
  } catch {
    return null;
  }
}

function problem(sender) {
  const found = decoded(sender) ?? {};
  return new ApiError(sender.status, !found.detail && sender.status === 413 ? { ...found, code: "too_large", detail: word("tooLarge") } : found);
}
