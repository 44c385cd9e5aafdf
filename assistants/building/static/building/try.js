// Trying the search out: one question, one or two sides of settings, all of it in the address.

import { csrfHeaders } from "../web/csrf.js";
import { toast } from "../web/toasts.js";
import { word } from "../web/words.js";

const page = document.querySelector("[data-try]");
const question = page.querySelector("[data-question]");
const query = question.querySelector("input");
const sides = [...page.querySelectorAll("[data-side]")];
const running = new Map();
const WAIT = 350;

function valuesOf(form) {
  const values = new FormData(form);
  values.set("query", query.value.trim());
  return values;
}

function address(both) {
  const parts = new URLSearchParams();
  if (query.value.trim()) parts.set("query", query.value.trim());
  if (both) parts.set("both", "1");
  for (const form of sides) {
    const prefix = form.dataset.side;
    for (const field of form.elements) {
      if (!field.name || (field.type === "radio" && !field.checked)) continue;
      parts.set(prefix + field.name, field.type === "checkbox" ? (field.checked ? "on" : "off") : field.value);
    }
  }
  return `?${parts}`;
}

function showAddress() {
  const both = sides.length > 1;
  history.replaceState(null, "", address(both));
  page.querySelector('[data-sides="1"]').href = address(false);
  page.querySelector('[data-sides="2"]').href = address(true);
}

function showValues(form) {
  for (const slider of form.querySelectorAll("input[type=range]")) {
    slider.closest("label").querySelector("[data-value]").textContent = Number(slider.value).toLocaleString(document.documentElement.lang);
  }
  const mode = form.querySelector("input[name=mode]:checked").closest("label").textContent.trim();
  const [passages, tokens] = ["k", "budget_tokens"].map((name) => form.elements[name].closest("label").querySelector("[data-value]").textContent);
  form.closest("details").querySelector("[data-brief]").textContent = [mode, passages, tokens].join(" · ");
  // Weights are those of the two halves of a hybrid search.
  form.querySelector("[data-weights]").hidden = form.elements.mode.value !== "hybrid";
}

async function post(url, form, signal) {
  const response = await fetch(url, { method: "POST", body: valuesOf(form), headers: { ...csrfHeaders(), "HX-Request": "true" }, signal });
  if (!response.ok) {
    const notice = new DOMParser().parseFromString(await response.text(), "text/html").querySelector(".notice");
    throw new Error(notice?.textContent.replace(/\s+/g, " ").trim() || word("failed"));
  }
  return response;
}

async function look(form) {
  running.get(form)?.abort();
  const control = new AbortController();
  running.set(form, control);
  const found = form.closest("section").querySelector("[data-found]");
  found.setAttribute("aria-busy", "true");
  try {
    found.innerHTML = await (await post(form.dataset.foundUrl, form, control.signal)).text();
  } catch (error) {
    if (error.name === "AbortError") return;
    toast(error.message || word("offline"), { level: "error" });
  }
  found.removeAttribute("aria-busy");
}

for (const form of sides) {
  let timer = 0;
  showValues(form);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", () => {
    showValues(form);
    showAddress();
    clearTimeout(timer);
    timer = setTimeout(() => query.value.trim() && look(form), WAIT);
  });
  form.querySelector("[data-keep]")?.addEventListener("click", async () => {
    try {
      const response = await post(form.dataset.keepUrl, form);
      const said = JSON.parse(response.headers.get("HX-Trigger")).toast;
      toast(said.text, { level: said.level });
    } catch (error) {
      toast(error.message || word("offline"), { level: "error" });
    }
  });
}

question.addEventListener("submit", (event) => {
  event.preventDefault();
  showAddress();
  sides.forEach(look);
});
page.querySelector("[data-copy-address]").addEventListener("click", async () => {
  await navigator.clipboard.writeText(location.href);
  toast(word("copied"), { level: "success" });
});

// Where settings stand above what is found, they would hide it.
if (matchMedia("(max-width: 1023px)").matches) page.querySelectorAll("[data-settings]").forEach((details) => (details.open = false));
showAddress();
if (query.value.trim()) sides.forEach(look);
else query.focus();
