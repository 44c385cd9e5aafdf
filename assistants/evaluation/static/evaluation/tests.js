// Asks the draft a test, and shows the page with its answer.

import { request } from "../web/api.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-run]");
  if (!button || button.disabled) return;
  const label = button.querySelector("span");
  const problem = button.closest("li").querySelector("[data-run-problem]");
  const words = label.textContent;
  button.disabled = true;
  label.textContent = `${button.dataset.busy} …`;
  problem.hidden = true;
  try {
    await request(button.dataset.run, { method: "POST", json: {} });
    location.reload();
  } catch (error) {
    problem.textContent = error.message;
    problem.hidden = false;
    button.disabled = false;
    label.textContent = words;
  }
});
