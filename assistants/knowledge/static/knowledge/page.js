// The knowledge page: sending files, choosing sources, forms that add.

import "./upload.js";
import "./choosing.js";
import "./forms.js";
import "./asking.js";
import "./pairs.js";

const page = document.querySelector("[data-knowledge]");

// What a website or an archive holds opens below its row; it is fetched once.
page?.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) open(opener);
  // What the others know is asked for each time that the dialog opens.
  if (event.target.closest("[data-open-dialog=add-shared]")) window.htmx.trigger("#add-shared", "opened");
  if (event.target.closest("[data-clear-found]")) document.getElementById("knowledge-found").replaceChildren();
  if (event.target.closest("[data-clear-filter]")) clear(page.querySelector("[data-filter]"));
});

function open(opener) {
  const row = page.querySelector(`[data-inside="${CSS.escape(opener.dataset.opens)}"]`);
  const opened = row.classList.toggle("hidden") === false;
  opener.setAttribute("aria-expanded", String(opened));
  opener.firstElementChild.classList.toggle("rotate-90", opened);
}

function clear(form) {
  form.querySelectorAll("input").forEach((field) => (field.value = ""));
  form.querySelectorAll("select").forEach((field) => (field.selectedIndex = 0));
}
