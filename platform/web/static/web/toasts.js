// Short messages at the edge of the page. They leave after eight seconds, and stay while somebody reads them.

const STAY = 8000;

export function toast(text, { level = "success", act = "", onAct = null } = {}) {
  const region = document.getElementById("toasts");
  const card = document.getElementById("toast-template")?.content.firstElementChild?.cloneNode(true);
  if (!region || !card) return null;
  card.dataset.toast = level;
  card.querySelector(".toast-text").textContent = text;
  if (act && onAct) {
    const button = card.querySelector("[data-toast-act]");
    button.textContent = act;
    button.hidden = false;
    button.addEventListener("click", () => (card.remove(), onAct()));
  }
  raise(region);
  region.append(card);
  watch(card);
  return card;
}

// A modal dialog covers everything but the top layer, so that is where toasts live.
function raise(region) {
  if (!region.showPopover) return;
  region.popover = "manual";
  if (region.matches(":popover-open")) region.hidePopover();
  region.showPopover();
}

function watch(card) {
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    if (card.dataset.toast !== "error") timer = setTimeout(() => card.remove(), STAY);
  };
  const hold = () => clearTimeout(timer);
  card.querySelector("[data-toast-close]").addEventListener("click", () => card.remove());
  card.addEventListener("pointerenter", hold);
  card.addEventListener("pointerleave", start);
  card.addEventListener("focusin", hold);
  card.addEventListener("focusout", start);
  start();
}

export function startToasts() {
  const region = document.getElementById("toasts");
  if (!region) return;
  region.querySelectorAll(".toast-card").forEach(watch);
  if (region.childElementCount) raise(region);
  document.body.addEventListener("toast", (event) => {
    const { text, level, act, url } = event.detail ?? {};
    if (text) toast(text, { level, act, onAct: url ? () => window.htmx.ajax("POST", url, { swap: "none" }) : null });
  });
}
