// An editor of OpenAPI documents: line numbers, what is wrong and where, and what may stand at the cursor.

import { csrfHeaders } from "../web/csrf.js";

const PAUSE = 500; // ms after typing until the document is looked at
const LONGEST = 1024 * 1024; // characters that are looked at while somebody types
const SPACES = "  ";

export function startEditor(box) {
  const field = box.querySelector("[data-text]");
  const list = box.querySelector("[data-completion]");
  const editor = { box, field, list, lines: box.querySelector("[data-lines]"), problems: box.querySelector("[data-problems]"), items: [], at: 0, prefix: "", bad: new Set() };
  number(editor);
  field.addEventListener("scroll", () => (editor.lines.scrollTop = field.scrollTop));
  field.addEventListener("input", () => typed(editor));
  field.addEventListener("keydown", (event) => key(editor, event));
  field.addEventListener("blur", () => setTimeout(() => close(editor), 150));
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    choose(editor, Number(option.dataset.at));
  });
  box.addEventListener("goto", (event) => goto(editor, event.detail.line, event.detail.column));
  box.addEventListener("click", (event) => {
    const link = event.target.closest("[data-goto]");
    if (link) goto(editor, Number(link.dataset.goto), Number(link.dataset.column) || 1);
  });
  if (field.value.trim()) look(editor);
  const asked = location.hash.match(/^#L(\d+)$/);
  if (asked) goto(editor, Number(asked[1]), 1);
}

function typed(editor) {
  editor.bad.clear();
  number(editor);
  clearTimeout(editor.timer);
  editor.timer = setTimeout(() => look(editor), PAUSE);
  clearTimeout(editor.completing);
  editor.completing = setTimeout(() => suggest(editor, false), 120);
}

function number(editor) {
  const count = editor.field.value.split("\n").length;
  if (count === editor.count && !editor.bad.size && !editor.marked) return;
  editor.count = count;
  editor.marked = editor.bad.size > 0;
  const pieces = [];
  let run = [];
  for (let line = 1; line <= count; line += 1) {
    if (!editor.bad.has(line)) {
      run.push(line);
      continue;
    }
    pieces.push(run.length ? `${run.join("\n")}\n` : "", mark(line), "\n");
    run = [];
  }
  editor.lines.replaceChildren(...pieces, run.join("\n"));
  editor.lines.scrollTop = editor.field.scrollTop;
}

function mark(line) {
  const sign = document.createElement("mark");
  sign.className = "bg-error text-error-content rounded-xs px-1 -mx-1";
  sign.textContent = line;
  return sign;
}

async function ask(url, values) {
  const body = new URLSearchParams(values);
  const response = await fetch(url, { method: "POST", body, headers: { ...csrfHeaders(), "HX-Request": "true" } });
  return response.ok ? response.json() : null;
}

async function look(editor) {
  const text = editor.field.value;
  if (!text.trim()) return void show(editor, { error: null, findings: [], operations: [] }, true);
  if (text.length > LONGEST) return void (editor.problems.textContent = editor.box.dataset.large);
  const found = await ask(editor.box.dataset.check, { document: text, base_url: editor.box.dataset.baseUrl }).catch(() => null);
  if (found && editor.field.value === text) show(editor, found, false);
}

function show(editor, found, empty) {
  const { dataset } = editor.box;
  const told = [...(found.error ? [{ ...found.error, bad: true }] : []), ...found.findings];
  editor.bad = new Set(told.filter((one) => one.bad && one.line).map((one) => one.line));
  number(editor);
  editor.field.toggleAttribute("aria-invalid", Boolean(found.error));
  if (found.error) editor.field.setAttribute("aria-invalid", "true");
  editor.problems.replaceChildren(...told.map((one) => problem(dataset, one)));
  if (!told.length && !empty) editor.problems.textContent = dataset.fine;
  const outline = editor.box.querySelector("[data-outline]");
  outline.hidden = !found.operations.length;
  outline.querySelector("[data-outline-count]").textContent = String(found.operations.length);
  outline.querySelector("[data-outline-list]").replaceChildren(...found.operations.map(entry));
}

function problem(dataset, one) {
  const row = document.createElement("p");
  row.className = one.bad ? "text-error" : "text-ink-2";
  if (one.line) row.append(link(dataset.lineWords.replace("%s", String(one.line)), one.line, one.column), " ");
  row.append(one.message);
  return row;
}

function entry(one) {
  const row = document.createElement("li");
  row.append(link(`${one.method} ${one.path}`, one.line, 1));
  return row;
}

function link(words, line, column) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "link text-left break-all num min-h-6";
  button.dataset.goto = String(line);
  button.dataset.column = String(column ?? 1);
  button.textContent = words;
  return button;
}

function goto(editor, line, column) {
  const { field } = editor;
  const before = field.value.split("\n").slice(0, line - 1);
  const start = before.reduce((sum, text) => sum + text.length + 1, 0) + column - 1;
  const end = field.value.indexOf("\n", start);
  field.focus();
  field.setSelectionRange(start, end < 0 ? field.value.length : end);
  field.scrollTop = Math.max(0, (line - 6) * Number.parseFloat(getComputedStyle(field).lineHeight));
  field.scrollLeft = 0;
}

async function suggest(editor, asked) {
  const { field } = editor;
  const position = field.selectionStart;
  const before = field.value.slice(0, position);
  if (field.readOnly || position !== field.selectionEnd || before.length > LONGEST) return close(editor);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  // Unasked only while a word is being written, so that the list is never in the way.
  if (!asked && !/[\w$"-]$/.test(line)) return close(editor);
  const found = await ask(editor.box.dataset.complete, { before }).catch(() => null);
  if (!found || field.selectionStart !== position) return;
  const whole = found.items.length === 1 && found.items[0].text === found.prefix;
  if (!found.items.length || whole) return close(editor);
  Object.assign(editor, { items: found.items, at: 0, prefix: found.prefix, value: found.value, json: found.json });
  open(editor, before);
}

function open(editor, before) {
  const { list, field } = editor;
  list.replaceChildren(...editor.items.map((item, at) => option(item, at)));
  list.classList.remove("hidden");
  const style = getComputedStyle(field);
  const height = Number.parseFloat(style.lineHeight);
  const row = before.split("\n").length;
  const top = field.offsetTop + Number.parseFloat(style.paddingTop) + row * height - field.scrollTop;
  const room = field.clientHeight - list.offsetHeight;
  list.style.top = `${top < room ? top : Math.max(0, top - height - list.offsetHeight)}px`;
  list.style.left = `${field.offsetLeft + 24}px`;
  select(editor, 0);
}

function option(item, at) {
  const row = document.createElement("li");
  row.id = `completion-${at}`;
  row.dataset.at = String(at);
  row.setAttribute("role", "option");
  row.className = "cursor-pointer rounded-sm px-2 py-1 text-sm aria-selected:bg-base-300";
  const name = document.createElement("code");
  name.textContent = item.text;
  if (item.required) name.classList.add("font-semibold");
  row.append(name);
  if (item.words) {
    const words = document.createElement("span");
    words.className = "block text-xs text-ink-2";
    words.textContent = item.words;
    row.append(words);
  }
  return row;
}

function select(editor, at) {
  editor.at = (at + editor.items.length) % editor.items.length;
  [...editor.list.children].forEach((row, place) => row.setAttribute("aria-selected", String(place === editor.at)));
  editor.list.children[editor.at].scrollIntoView({ block: "nearest" });
  editor.field.setAttribute("aria-activedescendant", `completion-${editor.at}`);
}

function close(editor) {
  editor.list.classList.add("hidden");
  editor.field.removeAttribute("aria-activedescendant");
}

function choose(editor, at) {
  const { field, prefix, json, value } = editor;
  const { text } = editor.items[at];
  const end = field.selectionStart;
  let start = end - prefix.length;
  const opened = json && field.value[start - 1] === '"';
  if (opened) start -= 1;
  const quoted = json && !(value && ["true", "false"].includes(text)) ? `"${text}"` : text;
  const after = opened && field.value[end] === '"' ? 1 : 0;
  const more = value || field.value.slice(end + after).startsWith(":") ? "" : ": ";
  field.setRangeText(quoted + more, start, end + after, "end");
  close(editor);
  clearTimeout(editor.completing);
  number(editor);
  clearTimeout(editor.timer);
  editor.timer = setTimeout(() => look(editor), PAUSE);
}

function key(editor, event) {
  const shown = !editor.list.classList.contains("hidden");
  if (event.key === " " && event.ctrlKey) {
    event.preventDefault();
    return void suggest(editor, true);
  }
  if (shown && ["ArrowDown", "ArrowUp", "Enter", "Tab", "Escape"].includes(event.key)) {
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return close(editor);
    if (event.key.startsWith("Arrow")) return select(editor, editor.at + (event.key === "ArrowDown" ? 1 : -1));
    return choose(editor, editor.at);
  }
  if (event.key === "Enter" && !event.isComposing && !editor.field.readOnly) indent(editor, event);
}

// A new line begins below the last one, a step further in where that opens something.
function indent(editor, event) {
  const { field } = editor;
  const before = field.value.slice(0, field.selectionStart);
  const line = before.slice(before.lastIndexOf("\n") + 1);
  event.preventDefault();
  const deeper = /[:[{]\s*$/.test(line) ? SPACES : "";
  field.setRangeText(`\n${line.match(/^\s*/)[0]}${deeper}`, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
