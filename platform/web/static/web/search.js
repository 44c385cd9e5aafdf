// The search dialog: goes to a page of the rail, or hands the words to the store.

export function startSearch() {
  const dialog = document.getElementById("search-dialog");
  const input = dialog?.querySelector("[data-search-input]");
  if (!input) return;
  const store = dialog.querySelector("[data-search-store]");
  const filter = () => {
    const words = input.value.trim().toLowerCase();
    store.hidden = !words;
    dialog.querySelector("[data-search-words]").textContent = input.value.trim();
    dialog.querySelectorAll("[data-search-item]").forEach((item) => (item.hidden = !item.dataset.searchItem.toLowerCase().includes(words)));
  };
  input.addEventListener("input", filter);
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return dialog.close(); // the first Esc would only empty the field
    const direction = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!direction) return undefined;
    event.preventDefault();
    const stops = [input, ...dialog.querySelectorAll("li:not([hidden]) :is(a, button)")];
    stops[(stops.indexOf(document.activeElement) + direction + stops.length) % stops.length].focus();
    return undefined;
  });
  dialog.addEventListener("close", () => ((input.value = ""), filter()));
  filter();
}
