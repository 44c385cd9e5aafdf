// Choosing sources in the table, with mouse and keys, and doing one thing to all of them.

const page = document.querySelector("[data-knowledge]");
const bar = page?.querySelector("[data-chosen]");
const chosen = new Set();
let all = false; // what the filter shows, on every page: as much of it as is taken at once
let begun = ""; // behind which source the batch begins
let rest = null; // behind which one the next does, and how many are left
let size = 0; // of the batch
let last = null;

const table = () => document.getElementById("knowledge-table");
const boxes = () => [...table().querySelectorAll("[data-choose]")];
const most = () => Number(table().dataset.most);
const matching = () => Number(table().dataset.matching);
const count = () => (all ? Math.min(begun ? size : matching(), most()) : chosen.size);

function draw() {
  const here = boxes();
  here.forEach((box) => (box.checked = all || chosen.has(box.value)));
  const whole = table().querySelector("[data-choose-all]");
  if (whole) {
    whole.checked = here.length > 0 && here.every((box) => box.checked);
    whole.indeterminate = !whole.checked && here.some((box) => box.checked);
  }
  const number = count();
  bar.classList.toggle("hidden", number === 0);
  bar.classList.toggle("flex", number > 0);
  bar.querySelector("[data-chosen-count]").textContent = words(number);
  bar.querySelector("[data-chosen-limit]").hidden = !all || matching() <= most();
  const more = bar.querySelector("[data-choose-matching]");
  more.hidden = all || !whole?.checked || matching() <= here.length;
  more.textContent = (matching() > most() ? page.dataset.chooseFirst : page.dataset.chooseMore).replace("%s", shown(Math.min(matching(), most())));
  const next = bar.querySelector("[data-choose-next]");
  next.hidden = !all || !rest;
  next.textContent = page.dataset.nextBatch.replace("%s", shown(Math.min(rest?.left ?? 0, most())));
}

const shown = (number) => number.toLocaleString(document.documentElement.lang);

function words(number) {
  if (number === 1) return page.dataset.chosenOne;
  if (all && matching() > most()) return page.dataset.firstChosen.replace("%s", shown(number)).replace("%t", shown(matching()));
  return page.dataset.chosenMany.replace("%s", shown(number));
}

function begin(every) {
  all = every;
  begun = "";
  rest = null;
}

function goOn() {
  begun = rest.last;
  size = rest.left;
  rest = null;
  draw();
}

function set(box, on) {
  begin(false);
  if (on) chosen.add(box.value);
  else chosen.delete(box.value);
}

function none() {
  begin(false);
  chosen.clear();
  draw();
}

function toggled(box, event) {
  const here = boxes();
  const from = here.indexOf(last);
  const range = event.shiftKey && from >= 0 ? here.slice(Math.min(from, here.indexOf(box)), Math.max(from, here.indexOf(box)) + 1) : [box];
  range.forEach((one) => set(one, box.checked));
  last = box;
  draw();
}

function act(what, fields = []) {
  const values = { do: what };
  for (const [name, value] of fields) (values[name] ??= []).push(value);
  if (all) Object.assign(values, { all: "1", after: begun }, Object.fromEntries(new URLSearchParams(table().dataset.query)));
  else values.source = [...chosen];
  const done = window.htmx.ajax("POST", bar.dataset.address, { source: bar, swap: "none", values });
  if (what === "remove") none();
  return done;
}

if (bar) {
  page.addEventListener("click", (event) => {
    const box = event.target.closest("[data-choose]");
    if (box) toggled(box, event);
    if (event.target.matches("[data-choose-all]")) {
      boxes().forEach((one) => set(one, event.target.checked));
      draw();
    }
    if (event.target.closest("[data-choose-none]")) none();
    if (event.target.closest("[data-choose-matching]")) {
      begin(true);
      draw();
    }
    if (event.target.closest("[data-choose-next]")) goOn();
    const doing = event.target.closest("[data-do]");
    if (doing) {
      doing.closest("[popover]")?.hidePopover();
      act(doing.dataset.do);
    }
  });
  page.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    event.preventDefault();
    act(event.submitter?.dataset.doAs ?? form.dataset.bulk, [...new FormData(form)]);
    form.closest("[popover]").hidePopover();
    form.reset();
  });
  page.addEventListener("keydown", (event) => {
    const box = event.target.closest("[data-choose]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!box || !step) return;
    const here = boxes();
    const next = here[here.indexOf(box) + step];
    if (!next) return;
    event.preventDefault();
    next.focus();
    if (event.shiftKey) {
      [box, next].forEach((one) => set(one, true));
      draw();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !count() || document.querySelector("dialog[open], .pop:popover-open")) return;
    none();
    event.stopPropagation();
  });
  document.body.addEventListener("knowledge-went", (event) => {
    rest = event.detail;
    draw();
  });
  document.body.addEventListener("htmx:afterSettle", (event) => event.detail.target?.closest?.("#knowledge-table") && draw());
}
