// The table of models: narrowed down by words, and the fallback never the model itself.

import { controls, form } from "./fields.js";

export function startModels() {
  const filter = form.querySelector("[data-model-filter]");
  filter?.addEventListener("input", () => {
    const wanted = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of form.querySelectorAll("[data-model]")) {
      const text = `${row.dataset.model} ${row.textContent}`.toLowerCase();
      row.hidden = !row.querySelector(":checked") && !wanted.every((word) => text.includes(word));
    }
  });
  filter?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  form.addEventListener("change", refresh);
  form.addEventListener("field-written", refresh);
  refresh();
}

function refresh() {
  const chosen = controls("model.id").find((field) => field.checked)?.value;
  const [fallback] = controls("model.fallback");
  for (const option of fallback.options) option.disabled = option.value !== "" && option.value === chosen && !option.selected;
}
