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

// Mouse, pen and finger alike: the browser's own dragging knows no fingers. Escape, or the system taking over, undoes it.
function startDragging(list, save) {
  let drag = null;
  for (const handle of list.querySelectorAll("[data-order-handle]")) handle.style.touchAction = "none"; // or a finger scrolls
  list.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-order-handle]");
    if (!handle || event.button !== 0 || drag) return;
    event.preventDefault();
    const row = handle.closest("[data-order-row]");
    drag = { row, pointer: event.pointerId, before: rowsOf(list) };
    row.classList.add("opacity-50");
  });
  // On the whole page: a row that is moved loses its hold of the pointer, which may leave the list.
  document.addEventListener("pointermove", (event) => {
    if (drag?.pointer !== event.pointerId) return;
    const over = rowsOf(list).find((row) => row !== drag.row && isAt(row, event.clientY));
    if (!over) return;
    const box = over.getBoundingClientRect();
    const above = event.clientY < box.top + box.height / 2;
    // Moved only where it changes places, or rows of different heights would jump to and fro.
    if (above && follows(drag.row, over)) over.before(drag.row);
    else if (!above && follows(over, drag.row)) over.after(drag.row);
    else return;
    drag.row.scrollIntoView({ block: "nearest" });
  });
  const end = (undo) => {
    if (!drag) return;
    const { row, before } = drag;
    drag = null;
    row.classList.remove("opacity-50");
    if (undo) list.append(...before);
    else if (rowsOf(list).some((one, place) => one !== before[place])) {
      announce(list, row);
      save();
    }
  };
  document.addEventListener("pointerup", (event) => drag?.pointer === event.pointerId && end(false));
  document.addEventListener("pointercancel", (event) => drag?.pointer === event.pointerId && end(true));
  document.addEventListener("keydown", (event) => event.key === "Escape" && end(true));
}

function isAt(row, y) {
  const box = row.getBoundingClientRect();
  return y >= box.top && y < box.bottom;
}

function follows(row, other) {
  return Boolean(other.compareDocumentPosition(row) & Node.DOCUMENT_POSITION_FOLLOWING);
}
