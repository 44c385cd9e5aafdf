// Lists of short texts: add, remove, and move a row by dragging its handle or with the arrow keys on it.

export function startLists(form) {
  form.querySelectorAll("[data-list]").forEach((list) => startList(form, list));
  form.querySelectorAll("[data-add]").forEach((button) =>
    button.addEventListener("click", () => {
      const list = form.querySelector(`[data-list="${CSS.escape(button.dataset.add)}"]`);
      addRow(list, "")?.querySelector("[data-item]").focus();
      refresh(form, list);
    }),
  );
}

function startList(form, list) {
  const path = list.dataset.list;
  const tell = () => {
    refresh(form, list);
    form.dispatchEvent(new CustomEvent("list-changed", { detail: path }));
  };
  list.addEventListener("click", (event) => {
    const remove = event.target.closest("[data-remove]");
    if (!remove) return;
    const row = remove.closest("[data-row]");
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-remove]") ?? form.querySelector(`[data-add="${CSS.escape(path)}"]`)).focus();
    announce(form.dataset.wordRemoved);
    tell();
  });
  list.addEventListener("keydown", (event) => {
    if (event.target.matches("input[data-item]") && event.key === "Enter" && !event.isComposing) {
      event.preventDefault();
      form.querySelector(`[data-add="${CSS.escape(path)}"]`).click();
      return;
    }
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.closest("[data-handle]")) return;
    event.preventDefault();
    move(event.target.closest("[data-row]"), step);
    event.target.focus();
    tell();
  });
  list.addEventListener("fill-list", (event) => {
    list.replaceChildren();
    event.detail.forEach((value) => addRow(list, value));
    refresh(form, list);
  });
  startDragging(list, tell);
  refresh(form, list);
}

function move(row, step) {
  const other = step < 0 ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(row);
  else other.after(row);
  const place = [...row.parentElement.children].indexOf(row) + 1;
  announce(document.getElementById("draft").dataset.wordMoved.replace("%s", place));
}

function startDragging(list, tell) {
  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[data-handle]")?.closest("[data-row]") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setDragImage(dragged, 16, 16);
    dragged.classList.add("opacity-50");
  });
  list.addEventListener("dragover", (event) => {
    const over = event.target.closest("[data-row]");
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
    dragged = null;
    tell();
  });
}

function addRow(list, value) {
  if (list.childElementCount >= Number(list.dataset.max)) return null;
  const row = document.getElementById(`row-${list.dataset.list}`).content.firstElementChild.cloneNode(true);
  for (const item of row.querySelectorAll("[data-item]")) item.value = (item.dataset.item ? value?.[item.dataset.item] : value) ?? "";
  list.append(row);
  return row;
}

function refresh(form, list) {
  const rows = [...list.children];
  rows.forEach((row, index) => {
    const label = list.dataset.label.replace("%s", index + 1);
    for (const item of row.querySelectorAll("[data-item]")) item.setAttribute("aria-label", item.dataset.label?.replace("%s", index + 1) ?? label);
    for (const part of ["[data-handle]", "[data-remove]"]) {
      const button = row.querySelector(part);
      button.dataset.words ??= button.getAttribute("aria-label");
      button.setAttribute("aria-label", `${button.dataset.words}: ${label}`);
    }
  });
  const path = CSS.escape(list.dataset.list);
  const counter = form.querySelector(`[data-list-count="${path}"]`);
  if (counter) counter.textContent = `${rows.length} / ${list.dataset.max}`;
  form.querySelector(`[data-add="${path}"]`).disabled = rows.length >= Number(list.dataset.max);
}

function announce(text) {
  document.querySelector("[data-announce]").textContent = text;
}
