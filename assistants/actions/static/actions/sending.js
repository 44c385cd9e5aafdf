// A form sent by hand: its answer leads on, is a part of the page, or says why not.

import { csrfHeaders } from "../web/csrf.js";
import { word } from "../web/words.js";

export async function send(url, body) {
  let response;
  try {
    response = await fetch(url, { method: "POST", body, headers: { ...csrfHeaders(), "HX-Request": "true" } });
  } catch {
    return { refusal: notice(word("offline")) };
  }
  const lead = response.headers.get("HX-Redirect");
  if (lead) return void location.assign(lead) ?? { left: true };
  if (response.headers.get("Content-Type")?.includes("json")) {
    const data = await response.json();
    return response.ok ? { data } : { refusal: notice(data.detail ?? word("failed")) };
  }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.ok) return { nodes: [...page.body.childNodes] };
  return { refusal: page.querySelector(".notice") ?? notice(word(response.status === 401 ? "signedOut" : "failed")) };
}

export function notice(text) {
  const box = document.createElement("div");
  box.className = "notice notice-bad";
  box.setAttribute("role", "alert");
  box.textContent = text;
  return box;
}

export async function busy(button, work) {
  if (!button) return work();
  const words = [...button.childNodes];
  button.disabled = true;
  if (button.dataset.busy) button.replaceChildren(button.dataset.busy);
  try {
    return await work();
  } finally {
    button.disabled = false;
    button.replaceChildren(...words);
  }
}
