// Light, dark, or as the system; the rail folded or wide. Works without a script too, one page load later.

import { csrfHeaders } from "./csrf.js";

const NAMES = { light: "bottega", dark: "bottega-dark" };
const YEAR = 31536000;

export function setTheme(theme) {
  if (NAMES[theme]) document.documentElement.dataset.theme = NAMES[theme];
  else delete document.documentElement.dataset.theme;
  document.querySelectorAll("[data-theme-form] button").forEach((button) => button.setAttribute("aria-pressed", String(button.value === theme)));
}

export function startTheme() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const theme = event.submitter.value;
    setTheme(theme);
    const body = new URLSearchParams({ theme });
    fetch(form.action, { method: "POST", body, headers: { Accept: "application/json", ...csrfHeaders() } });
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-fold-rail]")) return;
    const folded = document.body.classList.contains("rail-folded");
    document.cookie = `bottega_rail=${folded ? "wide" : "folded"}; path=/; max-age=${YEAR}; samesite=lax`;
    location.reload();
  });
}
