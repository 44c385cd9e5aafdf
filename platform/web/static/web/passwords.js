// A button in each password field that shows what was typed.

import { word } from "./words.js";

export function startPasswords(root = document) {
  root.querySelectorAll("input[type=password]:not([data-no-peek])").forEach((input) => {
    const template = document.getElementById("password-toggle");
    if (!template || input.parentElement.matches(".password-wrap")) return;
    const wrap = document.createElement("span");
    wrap.className = "password-wrap";
    input.replaceWith(wrap);
    const button = template.content.firstElementChild.cloneNode(true);
    wrap.append(input, button);
    button.addEventListener("click", () => {
      const show = input.type === "password";
      input.type = show ? "text" : "password";
      button.setAttribute("aria-label", word(show ? "hidePassword" : "showPassword"));
      button.setAttribute("aria-pressed", String(show));
    });
  });
}
