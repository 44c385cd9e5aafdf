// What follows from the draft: its compiled prompt, its tokens, what a typical turn costs, and its picture.

import { request } from "../web/api.js";
import { form, words } from "./fields.js";

const compiled = form.querySelector("[data-view-body=compiled]");

export async function refreshCompiled() {
  const { data } = await request(compiled.dataset.promptUrl, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(data, "text/html");
  form.querySelector("[data-token-hint]").textContent = page.querySelector(".hint").textContent;
  showEstimates(page.querySelector("[data-estimates]"));
  compiled.replaceChildren(page.querySelector("pre"));
}

function showEstimates(now) {
  form.querySelector("[data-assumption]").textContent = now.querySelector("[data-assumption-now]").textContent.trim();
  for (const cost of now.querySelectorAll("[data-cost-of]")) {
    const cell = form.querySelector(`[data-turn-cost="${CSS.escape(cost.dataset.costOf)}"]`);
    if (cell) cell.textContent = cost.textContent;
  }
}

export function startCompiled(flush) {
  const views = form.querySelectorAll("[data-view]");
  views.forEach((button) =>
    button.addEventListener("click", async () => {
      const view = button.dataset.view;
      views.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      form.querySelectorAll("[data-view-body]").forEach((body) => (body.hidden = body.dataset.viewBody !== view));
      if (view !== "compiled") return;
      await flush();
      await refreshCompiled();
    }),
  );
}

export async function drawPicture(seed) {
  const { data } = await request(`${words.pictureUrl}?seed=${encodeURIComponent(seed || "x")}`);
  const drawn = new DOMParser().parseFromString(data, "text/html").querySelector("svg");
  form.querySelector("[data-picture]").replaceChildren(drawn);
  document.querySelectorAll("[data-builder-picture] svg").forEach((old) => {
    const copy = drawn.cloneNode(true);
    copy.setAttribute("class", old.getAttribute("class"));
    old.replaceWith(copy);
  });
}

export function newSeed() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => "abcdefghjkmnpqrstuvwxyz23456789"[byte % 31]).join("");
}
