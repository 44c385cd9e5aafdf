// Suggestions under the store's search field: arrow keys walk through them, Enter opens one, Esc closes them.

for (const form of document.querySelectorAll("[data-suggest]")) start(form);

function start(form) {
  const input = form.querySelector("[role=combobox]");
  const list = form.querySelector("[role=listbox]");
  const status = form.querySelector("[data-suggest-status]");
  const options = () => [...list.querySelectorAll("[role=option]")];

  const show = (open) => {
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    if (!open) choose(null);
  };
  const choose = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const chosen = () => options().find((one) => one.getAttribute("aria-selected") === "true");

  list.addEventListener("htmx:afterSwap", () => {
    const count = options().length;
    show(count > 0 && document.activeElement === input && input.value.trim() !== "");
    status.textContent = count === 0 ? "" : count === 1 ? status.dataset.one : status.dataset.many.replace("%d", count);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return; // keys belong to the input method, which Chinese is written by
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      show(false);
    } else if (event.key === "Enter" && !list.hidden && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (step && options().length) {
      event.preventDefault();
      if (list.hidden) show(true);
      const all = [null, ...options()];
      choose(all[(all.indexOf(chosen() ?? null) + step + all.length) % all.length]);
    }
  });
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) show(false);
  });
  input.addEventListener("focus", () => show(options().length > 0 && input.value.trim() !== ""));
}
