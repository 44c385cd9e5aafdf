// Native dialogs, opened and closed by attributes: data-open-dialog="id", data-close-dialog.

export function openDialog(id) {
  const dialog = typeof id === "string" ? document.getElementById(id) : id;
  if (!dialog || dialog.open) return dialog;
  document.querySelectorAll("[popover]:popover-open:not(#toasts)").forEach((menu) => menu.hidePopover());
  dialog.showModal();
  dialog.querySelector("[autofocus], [data-search-input]")?.focus();
  return dialog;
}

export function startDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) return void openDialog(opener.dataset.openDialog);
    const closer = event.target.closest("[data-close-dialog]");
    if (closer) return void closer.closest("dialog")?.close();
    if (event.target.matches?.("dialog.dialog[open]")) closeOutside(event.target, event);
  });
  // <input data-must-equal="name"> keeps its form's buttons shut until the words are the same.
  document.addEventListener("input", (event) => {
    const wanted = event.target.dataset?.mustEqual;
    if (wanted === undefined) return;
    const same = event.target.value.trim() === wanted;
    event.target.form?.querySelectorAll("[data-when-equal]").forEach((button) => (button.disabled = !same));
  });
}

function closeOutside(dialog, event) {
  const box = dialog.getBoundingClientRect();
  const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
  if (!inside && event.detail > 0) dialog.close();
}
