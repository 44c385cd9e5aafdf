// The admin's library calls every part that scrolls "scrollable content"; in a list of landmarks each needs its own name.
document.addEventListener("DOMContentLoaded", () => {
  const names = document.getElementById("page").dataset;
  for (const part of document.querySelectorAll("[data-simplebar]")) {
    part.dataset.simplebarAriaLabel = part.closest("nav") ? names.namesMenu : names.namesContent;
  }
});
