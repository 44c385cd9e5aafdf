// The fields of the draft's form by their paths in the definition: what stands in them, and what is wrong with it.

export const form = document.getElementById("draft");
export const words = form.dataset;
const MICRO = 1_000_000;

export const escaped = (path) => CSS.escape(path);
export const controls = (path) => [...form.querySelectorAll(`[data-path="${escaped(path)}"]`)];
export const listOf = (path) => form.querySelector(`[data-list="${escaped(path)}"]`);
export const pathOf = (element) => element?.closest?.("[data-path]")?.dataset.path ?? element?.closest?.("[data-list]")?.dataset.list ?? element?.closest?.("[data-field]")?.dataset.field ?? null;

export function allPaths() {
  const found = [...form.querySelectorAll("[data-path], [data-list]")].map((element) => element.dataset.path ?? element.dataset.list);
  return [...new Set(found)];
}

export function readField(path) {
  const list = listOf(path);
  if (list) return readRows(list);
  const [field, ...others] = controls(path);
  if (field.type === "radio") return [field, ...others].find((one) => one.checked)?.value ?? null;
  if (field.type === "checkbox") return field.checked;
  if (field.dataset.kind === "pairs") return readPairs(field);
  return field.dataset.kind ? readNumber(field) : field.value;
}

function readNumber(field) {
  if (field.validity.badInput) return field.value || "?";
  if (field.value.trim() === "") return null;
  const number = Number(field.value);
  if (!Number.isFinite(number)) return field.value;
  return field.dataset.kind === "money" ? Math.round(number * MICRO) : number;
}

// name=value, one a line. The server merges objects: a name that stood here before has to be taken back by name.
function readPairs(field) {
  const known = new Set(JSON.parse(field.dataset.known || "[]"));
  const read = Object.fromEntries([...known].map((name) => [name, null]));
  for (const line of field.value.split("\n")) {
    const [name, ...value] = line.split("=");
    if (!name.trim() || !value.length) continue;
    known.add(name.trim());
    read[name.trim()] = value.join("=").trim();
  }
  field.dataset.known = JSON.stringify([...known]);
  return read;
}

const pairsOf = (value) => Object.entries(plain(value) ?? {}).map(([name, one]) => `${name}=${one}`).join("\n");

function readRows(list) {
  return filledRows(list).map((row) => {
    const items = [...row.querySelectorAll("[data-item]")];
    return items[0].dataset.item ? Object.fromEntries(items.map((item) => [item.dataset.item, item.value.trim()])) : items[0].value.trim();
  });
}

// The server counts only rows that hold something.
export function filledRows(list) {
  return [...list.children].filter((row) => [...row.querySelectorAll("[data-item]")].some((item) => item.value.trim()));
}

export function writeField(path, value) {
  const list = listOf(path);
  if (list) return list.dispatchEvent(new CustomEvent("fill-list", { detail: value ?? [] }));
  for (const field of controls(path)) writeControl(field, value);
  return form.dispatchEvent(new CustomEvent("field-written", { detail: { path, value } }));
}

function writeControl(field, value) {
  if (field.type === "radio") field.checked = field.value === value;
  else if (field.type === "checkbox") field.checked = Boolean(value);
  else if (field.dataset.kind === "pairs") field.value = pairsOf(value);
  else if (field.dataset.kind === "money") field.value = value == null ? "" : String(value / MICRO);
  else {
    const caret = document.activeElement === field && field.selectionStart;
    field.value = value ?? "";
    if (typeof caret === "number") field.setSelectionRange(caret, caret);
  }
  showCount(field);
}

export function showCount(field) {
  const counter = field.id && form.querySelector(`[data-count-for="${field.id}"]`);
  if (counter) counter.textContent = `${[...field.value].length} / ${field.maxLength}`;
}

export function lookUp(whole, path) {
  return path.split(".").reduce((value, name) => value?.[name], whole);
}

export function patchOf(paths) {
  const patch = {};
  for (const path of paths) {
    const names = path.split(".");
    const last = names.pop();
    let place = patch;
    for (const name of names) place = place[name] ??= {};
    place[last] = readField(path);
  }
  return patch;
}

// What is absent, null and empty is the same to a reader, and so it is here.
export function same(one, other) {
  return JSON.stringify(plain(one)) === JSON.stringify(plain(other));
}

function plain(value) {
  if (value && typeof value === "object" && !Array.isArray(value)) {
    const held = Object.entries(value).filter(([, one]) => one !== null).map(([name, one]) => [name, String(one)]).sort();
    return held.length ? Object.fromEntries(held) : null;
  }
  return value === undefined || value === "" || value === false || (Array.isArray(value) && !value.length) ? null : value;
}

export function hostOf(path) {
  const field = controls(path)[0] ?? listOf(path);
  return form.querySelector(`[data-field="${escaped(path)}"]`) ?? field?.closest("[data-field], section") ?? form;
}

export function focusField(path) {
  const field = controls(path).find((one) => one.checked) ?? controls(path)[0] ?? listOf(path)?.querySelector("[data-item]");
  field?.focus();
}

// A value as people read it.
export function textOf(path, value) {
  if (value === undefined || value === null || value === "" || (Array.isArray(value) && !value.length)) return words.wordEmpty;
  if (Array.isArray(value)) return value.map((item) => (typeof item === "object" ? `${item.question}\n→ ${item.answer}` : `• ${item}`)).join("\n");
  if (typeof value === "object") return pairsOf(value) || words.wordEmpty;
  const field = controls(path).find((one) => one.type !== "radio" || one.value === value);
  if (field?.type === "radio") return field.closest("label").querySelector(".font-medium").textContent;
  if (field?.type === "checkbox") return value ? words.wordOn : words.wordOff;
  if (field?.tagName === "SELECT") return [...field.options].find((option) => option.value === value)?.textContent ?? String(value);
  return field?.dataset.kind === "money" ? String(value / MICRO) : String(value);
}

// --- What is wrong ---

// Returns which of the paths that were sent are wrong; what is wrong about several together is shown at each of them.
export function showErrors(errors, sent) {
  const known = allPaths();
  const bad = new Set();
  for (const error of errors) {
    const paths = known.filter((one) => error.field === one || error.field.startsWith(`${one}.`));
    const together = sent.filter((one) => one.startsWith(`${error.field}.`));
    for (const path of paths.length ? paths : together) {
      showError(path, error.message, rowOf(path, error.field));
      bad.add(path);
    }
  }
  return sent.filter((path) => bad.has(path));
}

function rowOf(path, field) {
  const [place, part] = field.slice(path.length + 1).split(".");
  const list = listOf(path);
  const row = list && place !== "" ? filledRows(list)[Number(place)] : null;
  return row?.querySelector(part ? `[data-item="${escaped(part)}"]` : "[data-item]") ?? null;
}

export function showError(path, message, item = null) {
  const id = `error-${path.replaceAll(".", "-")}`;
  let line = document.getElementById(id);
  if (!message) return clearError(path, line);
  if (!line) {
    line = document.createElement("p");
    line.id = id;
    line.className = "field-error";
    line.setAttribute("role", "alert");
    hostOf(path).append(line);
  }
  for (const field of item ? [item] : controls(path)) markWrong(field, id);
  line.textContent = item ? `${item.getAttribute("aria-label")}: ${message}` : message;
  return showSections();
}

function markWrong(field, id) {
  field.setAttribute("aria-invalid", "true");
  const described = new Set((field.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  field.setAttribute("aria-describedby", [...described.add(id)].join(" "));
}

function clearError(path, line) {
  for (const field of hostOf(path).querySelectorAll("[aria-invalid]")) {
    field.removeAttribute("aria-invalid");
    const rest = (field.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== line?.id);
    if (rest.length) field.setAttribute("aria-describedby", rest.join(" "));
    else field.removeAttribute("aria-describedby");
  }
  line?.remove();
  showSections();
}

// The list of sections says where something needs a look.
export function showSections() {
  for (const link of document.querySelectorAll("[data-sections] a")) {
    const wrong = document.querySelector(`${link.hash} :is([aria-invalid], [data-conflict])`);
    link.querySelector("[data-section-problem]").hidden = !wrong;
  }
}
