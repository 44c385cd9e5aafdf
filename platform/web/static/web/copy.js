// Copy buttons: data-copy="text", data-copy-from="#element", and the one in the head of a code block.

import { toast } from "./toasts.js";
import { word } from "./words.js";

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(word("copied"));
    return true;
  } catch {
    toast(word("copyFailed"), { level: "error" });
    return false;
  }
}

export function startCopy() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from], [data-copy-code]");
    if (!button) return;
    const source = button.dataset.copyFrom
      ? document.querySelector(button.dataset.copyFrom)
      : button.hasAttribute("data-copy-code") && button.closest(".code")?.querySelector("code");
    copyText(source ? (source.value ?? source.innerText) : (button.dataset.copy ?? ""));
  });
}
