// Lists that are ordered by hand: drag a row by its handle, or use its buttons. The order is shown at once and then saved.

import { request } from "../web/api.js";
import { toast } from "../web/toasts.js";

document.querySelectorAll("[data-order-list]").forEach(start);

function start(list) {
  let saved = rowsOf(list);
  let saving = Promise.resolve();
  const save = () => {
    const wanted = rowsOf(list);
    refresh(list);
    // One after the other, so that a slow answer never overwrites a later order.
    saving = saving.then(() => send(list, wanted)).then(
      () => {
        saved = wanted;
        if (list.dataset.orderEvent) document.body.dispatchEvent(new CustomEvent(list.dataset.orderEvent));
      },
      () => {
        list.append(...saved);
        refresh(list);
        toast(status().dataset.failed, { level: "error" });
      },
    );
  };
  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-order-move]");
    if (!button) return;
    const row = button.closest("[data-order-row]");
    const other = button.dataset.orderMove === "-1" ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (button.dataset.orderMove === "-1") other.before(row);
    else other.after(row);
    save();
    focusOn(row, button);
    announce(list, row);
  });
  startDragging(list, save);
  refresh(list);
}

function rowsOf(list) {
  return [...list.querySelectorAll(":scope > [data-order-row]")];
}

function send(list, rows) {
  const form = new FormData();
  rows.forEach((row) => form.append("order", row.dataset.orderRow));
  return request(list.dataset.orderUrl, { method: "POST", form });
}

// The button of a row at an end is off, so whoever moved a row there goes on with the other one.
function focusOn(row, button) {
  const other = row.querySelector(`[data-order-move="${button.dataset.orderMove === "-1" ? "1" : "-1"}"]`);
  (button.disabled ? other : button).focus();
}

function refresh(list) {
  rowsOf(list).forEach((row, place, rows) => {
    row.querySelector('[data-order-move="-1"]').disabled = place === 0;
    row.querySelector('[data-order-move="1"]').disabled = place === rows.length - 1;
  });
}

function status() {
  return document.querySelector("[data-order-status]");
}

function announce(list, row) {
  status().textContent = `${row.dataset.orderName}: ${status().dataset.moved.replace("%s", rowsOf(list).indexOf(row) + 1)}`;
}

function startDragging(list, save) {
  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-order-handle]")?.closest("[data-order-row]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 16, 16);
    dragged.classList.add("opacity-50");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-order-row]");
    if (!dragged || !over) return;
    event.preventDefault();
    if (over === dragged) return;
    const box = over.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) over.before(dragged);
    else over.after(dragged);
  });
  list.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("opacity-50");
    announce(list, dragged);
    dragged = null;
    save();
  });
}
