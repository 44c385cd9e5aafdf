// What stands around an answer while it is made: its steps, its tools, what it asks, its check. The server draws them.

import { paintAsked } from "./asked.js";

export function paintParts(article, { before, asked, after }) {
  paint(article.querySelector("[data-before]"), before);
  paintAsked(article.querySelector("[data-asks]"), asked);
  paint(article.querySelector("[data-after]"), after);
}

// What the reader has folded or unfolded stays as it is, unless the server changes its mind about it.
function paint(holder, html) {
  if (!holder) return;
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const fold of page.querySelectorAll("[data-fold]")) {
    const old = holder.querySelector(`[data-fold="${CSS.escape(fold.dataset.fold)}"]`);
    fold.dataset.drawn = fold.open;
    if (old && old.dataset.drawn === fold.dataset.drawn) fold.open = old.open;
  }
  // Results that were drawn already keep how they are sorted and scrolled. Once they are kept, and can be had whole, they have another name.
  for (const results of page.querySelectorAll("[data-results]")) {
    const old = holder.querySelector(`[data-results="${CSS.escape(results.dataset.results)}"]`);
    if (old) results.replaceWith(old);
  }
  holder.replaceChildren(...page.body.childNodes);
}
