// Fields made from a JSON schema: texts, numbers, choices, dates, lists, objects in objects. What it cannot draw is given as JSON.

const DEEPEST = 6;
const DATES = { date: "date", "date-time": "datetime-local", time: "time", email: "email", uri: "url" };
let count = 0;

export class SchemaForm {
  constructor(box, schema, words) {
    Object.assign(this, { box, schema, words });
    this.root = new ObjectField(this, schema, schema, [], true);
    box.replaceChildren(...this.root.rows);
    if (!this.root.rows.length) box.append(quiet(words.nothing));
    // What is wrong with a field is no longer said once somebody changes it.
    box.addEventListener("input", (event) => {
      event.target.removeAttribute("aria-invalid");
      event.target.closest(".field")?.querySelectorAll(".field-error").forEach((line) => line.remove());
    });
  }

  value() {
    return this.root.value() ?? {};
  }

  set(value) {
    this.root.set(value);
  }

  // Says beside the fields what is missing or no number; true where nothing is.
  check() {
    this.box.querySelectorAll(".field-error").forEach((line) => line.remove());
    this.box.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
    const wrong = [];
    this.root.check(wrong);
    wrong[0]?.focus();
    return wrong.length === 0;
  }

  // Shows an error at a place like `body.items.0.name`; false where there is no such field.
  fail(place, text) {
    const field = this.root.find(place.split("."));
    if (!field || field === this.root) return false;
    field.fail(text);
    field.focus();
    return true;
  }
}

function part(name) {
  return document.querySelector(`template[data-part=${name}]`).content.firstElementChild.cloneNode(true);
}

function quiet(text) {
  const line = document.createElement("p");
  line.className = "hint";
  line.textContent = text;
  return line;
}

// A schema with what it refers to within itself, and with the parts that it is made of put together.
function resolved(schema, root, depth = 0) {
  if (!schema || typeof schema !== "object") return {};
  let found = schema;
  if (typeof found.$ref === "string" && found.$ref.startsWith("#/") && depth < 20) {
    const target = found.$ref.slice(2).split("/").reduce((at, step) => at?.[step.replaceAll("~1", "/").replaceAll("~0", "~")], root);
    found = { ...resolved(target, root, depth + 1), ...found };
  }
  if (Array.isArray(found.allOf) && depth < 20) {
    for (const one of found.allOf.map((each) => resolved(each, root, depth + 1))) {
      found = { ...one, ...found, properties: { ...one.properties, ...found.properties }, required: [...(one.required ?? []), ...(found.required ?? [])] };
    }
  }
  const choices = (found.anyOf ?? found.oneOf)?.filter((one) => one?.type !== "null");
  return choices?.length === 1 && depth < 20 ? { ...found, ...resolved(choices[0], root, depth + 1) } : found;
}

function typeOf(schema) {
  const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== "null") : schema.type;
  if (schema.anyOf?.length > 1 || schema.oneOf?.length > 1) return "json";
  return type ?? (schema.properties ? "object" : schema.items ? "array" : schema.enum || schema.const !== undefined ? "string" : "json");
}

function make(form, given, root, way, required) {
  const schema = resolved(given, root);
  const type = typeOf(schema);
  if (way.length >= DEEPEST && ["object", "array"].includes(type)) return new JsonField(form, schema, root, way, required);
  if (Array.isArray(schema.enum)) return new ChoiceField(form, schema, root, way, required);
  if (type === "object") return schema.properties && Object.keys(schema.properties).length ? new ObjectField(form, schema, root, way, required) : new JsonField(form, schema, root, way, required);
  if (type === "array") return new ListField(form, schema, root, way, required);
  if (type === "boolean") return new ChoiceField(form, { ...schema, enum: [true, false] }, root, way, required);
  if (type === "json") return new JsonField(form, schema, root, way, required);
  return new TextField(form, schema, root, way, required);
}

class Field {
  constructor(form, schema, root, way, required) {
    Object.assign(this, { form, schema, root, way, required });
    this.name = String(way.at(-1) ?? "");
    this.draw();
  }

  label(row) {
    const last = this.way.at(-1);
    row.querySelector("[data-label]").textContent = typeof last === "number" ? this.form.words.item.replace("%s", String(last + 1)) : this.name;
    row.querySelector("[data-required]").hidden = !this.required || typeof last === "number";
    const hint = row.querySelector("[data-hint]");
    hint.textContent = this.schema.description ?? "";
    hint.hidden = !hint.textContent;
    return row;
  }

  find(steps) {
    return steps.length === 0 ? this : null;
  }

  fail(text) {
    const line = part("error");
    line.querySelector("span").textContent = text;
    this.row.append(line);
    this.input?.setAttribute("aria-invalid", "true");
  }

  focus() {
    this.input?.focus();
  }

  check(wrong) {
    if (!this.required || this.value() !== undefined) return;
    this.fail(this.form.words.missing);
    wrong.push(this);
  }
}

class TextField extends Field {
  draw() {
    this.row = this.label(part("line"));
    const { schema } = this;
    const type = typeOf(schema);
    this.number = type === "number" || type === "integer";
    const long = !this.number && !schema.format && (schema.maxLength ?? 0) > 200;
    this.input = document.createElement(long ? "textarea" : "input");
    this.input.className = long ? "textarea" : "input";
    if (!long) this.input.type = this.number ? "text" : (DATES[schema.format] ?? "text");
    if (this.number) this.input.inputMode = type === "integer" ? "numeric" : "decimal";
    if (this.input.type === "datetime-local") this.input.step = "1";
    this.input.id = `argument-${(count += 1)}`;
    this.input.autocomplete = "off";
    const example = schema.example ?? schema.examples?.[0] ?? schema.default;
    if (example !== undefined && typeof example !== "object") this.input.placeholder = String(example);
    this.row.querySelector("[data-hint]").before(this.input);
    this.rows = [this.row];
    if (schema.const !== undefined) this.set(schema.const);
  }

  value() {
    const text = this.input.value;
    if (text === "") return undefined;
    if (this.number) return Number.isFinite(Number(text)) ? Number(text) : text;
    if (this.input.type === "datetime-local") return Number.isNaN(Date.parse(text)) ? text : new Date(text).toISOString();
    return text;
  }

  set(value) {
    if (value === undefined || value === null) return void (this.input.value = "");
    this.input.value = this.input.type === "datetime-local" ? local(value) : typeof value === "object" ? JSON.stringify(value) : String(value);
  }

  check(wrong) {
    super.check(wrong);
    if (!this.number || this.input.value === "" || Number.isFinite(Number(this.input.value))) return;
    this.fail(this.form.words.notNumber);
    wrong.push(this);
  }
}

function local(value) {
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return "";
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
}

class ChoiceField extends Field {
  draw() {
    this.row = this.label(part("line"));
    this.input = document.createElement("select");
    this.input.className = "select";
    const { yes, no, unset } = this.form.words;
    const named = (value) => (value === true ? yes : value === false ? no : typeof value === "object" ? JSON.stringify(value) : String(value));
    this.input.append(new Option(unset, ""), ...this.schema.enum.map((value, at) => new Option(named(value), String(at))));
    this.row.querySelector("[data-hint]").before(this.input);
    this.rows = [this.row];
  }

  value() {
    return this.input.value === "" ? undefined : this.schema.enum[Number(this.input.value)];
  }

  set(value) {
    const at = this.schema.enum.findIndex((one) => JSON.stringify(one) === JSON.stringify(value));
    this.input.value = at < 0 ? "" : String(at);
  }
}

class JsonField extends Field {
  draw() {
    this.row = this.label(part("line"));
    this.input = document.createElement("textarea");
    this.input.className = "textarea font-mono text-[0.8125rem]";
    this.input.rows = 2;
    this.input.spellcheck = false;
    this.input.placeholder = this.form.words.jsonValue;
    this.row.querySelector("[data-hint]").before(this.input);
    this.rows = [this.row];
  }

  value() {
    if (!this.input.value.trim()) return undefined;
    try {
      return JSON.parse(this.input.value);
    } catch {
      return this.input.value;
    }
  }

  set(value) {
    this.input.value = value === undefined ? "" : JSON.stringify(value, null, 2);
  }

  check(wrong) {
    super.check(wrong);
    try {
      if (this.input.value.trim()) JSON.parse(this.input.value);
    } catch {
      this.fail(this.form.words.notJson);
      wrong.push(this);
    }
  }
}

class ObjectField extends Field {
  draw() {
    const needed = new Set(this.schema.required ?? []);
    // The database keeps members by the length of their names; the list of what is needed has its author's order.
    const known = this.schema.properties ?? {};
    const names = [...new Set([...[...needed].filter((name) => name in known), ...Object.keys(known)])];
    this.inside = new Map();
    if (this.way.length === 0) {
      this.opened = true;
      this.fill(names, needed);
      this.rows = [...this.inside.values()].map((field) => field.row);
      return;
    }
    this.row = this.label(part("group"));
    this.rows = [this.row];
    this.place = this.row.querySelector("[data-inside]");
    this.open = () => {
      this.opened = true;
      this.fill(names, needed);
      this.place.replaceChildren(...[...this.inside.values()].map((field) => field.row));
    };
    if (this.required || typeof this.way.at(-1) === "number") return this.open();
    // Drawn when somebody wants it, so that schemas that hold themselves end.
    this.place.append(opener(this.name, () => (this.open(), this.focus())));
  }

  fill(names, needed) {
    for (const name of names) this.inside.set(name, make(this.form, this.schema.properties[name], this.root, [...this.way, name], needed.has(name)));
  }

  value() {
    if (!this.opened) return undefined;
    const found = { ...this.more };
    for (const [name, field] of this.inside) {
      const value = field.value();
      if (value !== undefined) found[name] = value;
    }
    return Object.keys(found).length || this.required ? found : undefined;
  }

  set(value) {
    if (!value || typeof value !== "object") return;
    if (!this.opened) this.open();
    for (const [name, field] of this.inside) field.set(value[name]);
    this.more = Object.fromEntries(Object.entries(value).filter(([name]) => !this.inside.has(name)));
  }

  find([step, ...rest]) {
    if (step === undefined) return this;
    return this.inside.get(step)?.find(rest) ?? (this.row ? this : null);
  }

  check(wrong) {
    if (this.value() !== undefined || this.required) this.inside.forEach((field) => field.check(wrong));
  }

  focus() {
    this.inside.values().next().value?.focus();
  }
}

class ListField extends Field {
  draw() {
    this.row = this.label(part("group"));
    this.rows = [this.row];
    this.place = this.row.querySelector("[data-inside]");
    this.items = [];
    const add = part("add");
    add.addEventListener("click", () => this.add().focus());
    this.row.append(add);
  }

  add() {
    const field = make(this.form, this.schema.items ?? {}, this.root, [...this.way, this.items.length], true);
    const holder = part("item");
    holder.querySelector("[data-inside]").append(field.row);
    holder.querySelector("[data-drop-item]").addEventListener("click", () => {
      this.items = this.items.filter((one) => one !== field);
      holder.remove();
    });
    this.items.push(field);
    this.place.append(holder);
    return field;
  }

  value() {
    const found = this.items.map((field) => field.value()).filter((value) => value !== undefined);
    return found.length || (this.required && this.items.length === 0 && !this.schema.minItems) ? found : undefined;
  }

  set(value) {
    this.items = [];
    this.place.replaceChildren();
    if (Array.isArray(value)) value.forEach((one) => this.add().set(one));
  }

  find([step, ...rest]) {
    return step === undefined ? this : (this.items[Number(step)]?.find(rest) ?? this);
  }

  check(wrong) {
    super.check(wrong);
    this.items.forEach((field) => field.check(wrong));
  }

  focus() {
    (this.items[0] ?? { focus: () => this.row.querySelector("button")?.focus() }).focus();
  }
}

function opener(name, act) {
  const row = part("switch");
  row.querySelector("[data-label]").textContent = name;
  row.querySelector("[data-open-part]").addEventListener("click", act);
  return row;
}
