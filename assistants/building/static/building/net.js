// What is written but not saved yet, kept by the browser for this tab: a reload or a crash loses none of it.

import { words } from "./fields.js";

const KEY = `draft:${words.url}`;
const WAIT = 300;
let waiting = null;
let timer = 0;

export function keepWriting(entries) {
  waiting = entries;
  clearTimeout(timer);
  timer = setTimeout(write, WAIT);
}

export function forgetWriting() {
  waiting = [];
  write();
}

export function keptWriting() {
  try {
    return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
  } catch {
    return [];
  }
}

function write() {
  clearTimeout(timer);
  if (!waiting) return;
  try {
    if (waiting.length) sessionStorage.setItem(KEY, JSON.stringify(waiting));
    else sessionStorage.removeItem(KEY);
  } catch {
    // A full or forbidden storage: the page itself still holds the text.
  }
  waiting = null;
}

addEventListener("pagehide", write);
addEventListener("visibilitychange", write);
