// Tables among the results of calls: sorted by their headings, and read whole where only their beginning stands on the page.

import { request } from "../web/api.js";
import { toast } from "../web/toasts.js";

const original = new WeakMap(); // the rows of a table in the order in which they came
const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
const SAID = { ascending: "up", descending: "down", none: "none" };

export function startResults(root) {
  root.addEventListener("click", (event) => {
    const heading = event.target.closest("[data-sort]");
    if (heading) sortBy(heading).catch(tell);
    const more = event.target.closest("[data-rows-more]");
    if (more) readAll(more.closest("[data-table]"), more).catch(tell);
  });
}

function tell(error) {
  toast(error.message, { level: "error" });
}

// The rest of the rows, from the server; a table that has all of them stays.
async function readAll(figure, button = figure.querySelector("[data-rows-more]")) {
  const table = figure.querySelector("table");
  const url = table.dataset.rowsUrl;
  if (!url) return;
  button.disabled = true;
  try {
    const { data } = await request(url, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(data ?? "", "text/html");
    table.tBodies[0].replaceChildren(...page.querySelectorAll("tr"));
  } finally {
    button.disabled = false;
  }
  delete table.dataset.rowsUrl;
  original.delete(table);
  const shown = figure.querySelector("[data-rows-shown]");
  if (shown) shown.textContent = shown.dataset.all;
  if (document.activeElement === button) table.parentElement.focus();
  button.parentElement.remove();
}

async function sortBy(button) {
  const figure = button.closest("[data-table]");
  const heading = button.closest("th");
  const table = button.closest("table");
  await readAll(figure);
  if (!original.has(table)) original.set(table, [...table.tBodies[0].rows]);
  const order = NEXT[heading.getAttribute("aria-sort") ?? "none"];
  for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.removeAttribute("aria-sort");
  if (order !== "none") heading.setAttribute("aria-sort", order);
  const rows = order === "none" ? original.get(table) : sorted(original.get(table), heading.cellIndex, order === "ascending" ? 1 : -1);
  table.tBodies[0].append(...rows);
  const words = figure.querySelector("[data-sorted]");
  words.textContent = words.dataset[SAID[order]].replace("%s", () => button.textContent.trim());
}

// Numbers by their size, all else as people of the page's language order it; empty cells always stand last.
function sorted(rows, column, direction) {
  const words = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const keyed = rows.map((row) => ({ row, ...keyOf(row.cells[column]) }));
  keyed.sort((a, b) => {
    if (a.empty || b.empty) return a.empty - b.empty;
    const numbers = a.number !== null && b.number !== null;
    return direction * (numbers ? a.number - b.number : words.compare(a.text, b.text));
  });
  return keyed.map(({ row }) => row);
}

function keyOf(cell) {
  const text = cell.textContent.trim();
  const number = text === "" ? NaN : Number(text);
  return { text, empty: Number(cell.hasAttribute("data-empty")), number: Number.isFinite(number) ? number : null };
}
