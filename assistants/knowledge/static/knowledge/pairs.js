// Questions with their answers: add, move, remove, import; what was typed stays in the tab until it is saved.

const BATCH = 2000; // pairs that a form takes

for (const editor of document.querySelectorAll("[data-pairs]")) editPairs(editor);

export function editPairs(editor) {
  const list = editor.querySelector("[data-pairs-list]");
  const form = editor.closest("form");
  const key = `knowledge-pairs:${location.pathname}`;
  editor.addEventListener("click", (event) => {
    const pair = event.target.closest("[data-pair]");
    if (event.target.closest("[data-pair-add]")) append(editor, list, "", "").querySelector("input").focus();
    if (event.target.closest("[data-pair-up]")) move(pair, pair.previousElementSibling, "beforebegin");
    if (event.target.closest("[data-pair-down]")) move(pair, pair.nextElementSibling, "afterend");
    if (event.target.closest("[data-pair-remove]")) remove(editor, list, pair);
    keep(form, list, key);
  });
  editor.addEventListener("change", async (event) => {
    if (!event.target.matches("[data-pairs-import]") || !event.target.files.length) return;
    const read = pairsOf(await event.target.files[0].text()).slice(0, BATCH);
    event.target.value = "";
    list.querySelectorAll("[data-pair]").forEach((pair) => empty(pair) && pair.remove());
    read.forEach(([question, answer]) => append(editor, list, question, answer));
    if (!list.childElementCount) append(editor, list, "", "");
    const words = read.length ? editor.dataset.imported.replace("%s", String(read.length)) : editor.dataset.nothing;
    editor.querySelector("[data-pairs-status]").textContent = words;
    keep(form, list, key);
  });
  form.addEventListener("input", () => keep(form, list, key));
  form.addEventListener("knowledge-kept", () => forget(editor, list, key));
  restore(editor, form, list, key);
}

function append(editor, list, question, answer) {
  const pair = editor.querySelector("[data-pair-template]").content.firstElementChild.cloneNode(true);
  pair.querySelector("[name=question]").value = question;
  pair.querySelector("[name=answer]").value = answer;
  list.append(pair);
  return pair;
}

function move(pair, beside, where) {
  if (!beside) return;
  const focused = document.activeElement;
  beside.insertAdjacentElement(where, pair);
  focused.focus();
}

function remove(editor, list, pair) {
  const next = pair.nextElementSibling ?? pair.previousElementSibling;
  pair.remove();
  (next ?? append(editor, list, "", "")).querySelector("input").focus();
}

function empty(pair) {
  return ![...pair.querySelectorAll("input, textarea")].some((field) => field.value.trim());
}

function keep(form, list, key) {
  if (!form.matches("[data-pairs-form]")) return;
  const pairs = [...list.querySelectorAll("[data-pair]")].filter((pair) => !empty(pair));
  const typed = pairs.map((pair) => [pair.querySelector("[name=question]").value, pair.querySelector("[name=answer]").value]);
  try {
    sessionStorage.setItem(key, JSON.stringify({ title: form.elements.title.value, pairs: typed }));
  } catch {
    // Without storage it stays in the form alone.
  }
}

function restore(editor, form, list, key) {
  if (!form.matches("[data-pairs-form]")) return;
  let kept = null;
  try {
    kept = JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return;
  }
  if (!kept) return;
  form.elements.title.value = kept.title;
  if (kept.pairs.length) list.replaceChildren();
  kept.pairs.forEach(([question, answer]) => append(editor, list, question, answer));
}

function forget(editor, list, key) {
  if (!editor.closest("[data-pairs-form]")) return;
  sessionStorage.removeItem(key);
  list.replaceChildren();
  append(editor, list, "", "");
}

// RFC 4180, with commas, semicolons or tabs; a first row that says "question" is a head.
function pairsOf(text) {
  const rows = rowsOf(text.replace(/^\uFEFF/, ""));
  const head = rows[0]?.[0]?.trim().toLowerCase();
  const body = ["question", "q", "frage", "问题"].includes(head) ? rows.slice(1) : rows;
  return body.filter((row) => row.length > 1 && row[0].trim() && row[1].trim()).map((row) => [row[0].trim(), row[1].trim()]);
}

function rowsOf(text) {
  const first = text.split("\n", 1)[0];
  const comma = [",", ";", "\t"].reduce((best, sign) => (first.split(sign).length > first.split(best).length ? sign : best));
  const rows = [[""]];
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    const row = rows.at(-1);
    if (sign === '"' && quoted && text[index + 1] === '"') row[row.length - 1] += text[++index];
    else if (sign === '"') quoted = !quoted;
    else if (sign === comma && !quoted) row.push("");
    else if (sign === "\n" && !quoted) rows.push([""]);
    else if (sign !== "\r" || quoted) row[row.length - 1] += sign;
  }
  return rows;
}
