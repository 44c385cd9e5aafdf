// Popover menus: arrow keys, and a place beside their button where the browser has no anchors yet.

const ITEMS = "a[href], button:not(:disabled), label";

export function startMenus() {
  document.addEventListener("toggle", onToggle, true);
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const item = event.target.closest?.(".pop[popover] :is(a[href], button)");
    if (item && !item.closest("[data-theme-form], [data-keep-open]")) item.closest("[popover]").hidePopover();
  });
}

function onToggle(event) {
  const menu = event.target;
  if (!menu.matches?.(".pop[popover]")) return;
  const open = event.newState === "open";
  const buttons = document.querySelectorAll(`[popovertarget="${CSS.escape(menu.id)}"]`);
  buttons.forEach((button) => button.setAttribute("aria-expanded", String(open)));
  if (!open) return;
  if (!CSS.supports("position-area", "block-end")) place(menu, [...buttons].find((button) => button.offsetParent));
  menu.querySelector(ITEMS)?.focus({ preventScroll: true });
}

function place(menu, button) {
  if (!button || innerWidth < 768) return;
  const from = button.getBoundingClientRect();
  const below = innerHeight - from.bottom > menu.offsetHeight + 8;
  menu.style.top = `${below ? from.bottom : Math.max(8, from.top - menu.offsetHeight - 8)}px`;
  menu.style.left = `${Math.max(8, Math.min(from.left, innerWidth - menu.offsetWidth - 8))}px`;
}

function onKey(event) {
  const menu = event.target.closest?.(".pop[popover]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!menu || !step || event.target.matches("input, textarea")) return;
  const items = [...menu.querySelectorAll(ITEMS)].filter((item) => item.offsetParent);
  const next = items[(items.indexOf(document.activeElement) + step + items.length) % items.length];
  next?.focus();
  event.preventDefault();
}
