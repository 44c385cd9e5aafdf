// The tree of what lies at another service: levels open and close, by mouse and by arrow keys.

const tree = document.querySelector("[data-origin-tree]");

tree?.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-origin-opens]");
  if (opener) show(opener, opener.getAttribute("aria-expanded") !== "true");
});

// Left and right close and open the row that the focus is in; up and down move between what can be picked, as radios do.
tree?.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowRight" && event.key !== "ArrowLeft") return;
  const opener = event.target.closest("li")?.querySelector(":scope > div > [data-origin-opens]");
  if (!opener) return;
  event.preventDefault();
  const wanted = event.key === "ArrowRight";
  if ((opener.getAttribute("aria-expanded") === "true") !== wanted) opener.click();
});

function show(opener, open) {
  opener.setAttribute("aria-expanded", String(open));
  opener.firstElementChild.classList.toggle("rotate-90", open);
  document.getElementById(opener.getAttribute("aria-controls")).hidden = !open;
}
