// The fields of a bridge's payload: a row more, a row less.

document.addEventListener("click", (event) => {
  const add = event.target.closest("[data-rows-add]");
  if (add) addRow(add.closest("[data-rows]"));
  const drop = event.target.closest("[data-rows-drop]");
  if (drop) dropRow(drop.closest("[data-row]"));
});

function addRow(holder) {
  const row = holder.querySelector("[data-rows-template]").content.firstElementChild.cloneNode(true);
  holder.querySelector("[data-rows-list]").append(row);
  row.querySelector("input").focus();
}

function dropRow(row) {
  const next = row.nextElementSibling ?? row.previousElementSibling;
  (next?.querySelector("input") ?? row.closest("[data-rows]").querySelector("[data-rows-add]")).focus();
  row.remove();
}
