// The pages of an assistant's actions.

import "./auth.js";
import "./forms.js";
import "./payload.js";
import "./try.js";
import { startEditor } from "./editor.js";

document.querySelectorAll("[data-editor]").forEach(startEditor);

// A switch that was refused goes back to where it was.
document.addEventListener("htmx:afterRequest", (event) => {
  const box = event.target.closest?.("[data-switch]")?.querySelector("input[type=checkbox]");
  if (box && !event.detail.successful) box.checked = !box.checked;
});
