// What scripts say, in the page's language: templates/web/partials/words.html holds the words.

export function word(name) {
  return document.getElementById("words")?.dataset[name] ?? "";
}
