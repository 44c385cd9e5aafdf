// The picture of a cited page: zoom, the pages beside it, and doing without where it cannot be drawn.

document.addEventListener("click", async (event) => {
  const figure = event.target.closest("[data-page-picture]");
  if (!figure) return;
  const zoom = event.target.closest("[data-zoom-page]");
  if (zoom) enlarge(figure, zoom);
  const page = event.target.closest("[data-turn-page]")?.dataset.turnPage;
  if (page) await turn(figure, page);
});

function enlarge(figure, button) {
  const image = figure.querySelector("img");
  const large = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(large));
  figure.querySelector("[data-page-frame]").style.width = large ? "200%" : "";
  if (large) image.src = image.dataset.large;
}

async function turn(figure, page) {
  const address = `${figure.dataset.pagePicture}?page=${page}`;
  const drawer = figure.closest("#drawer");
  if (!drawer) {
    location.assign(address);
    return;
  }
  const response = await fetch(`${address}&drawer=1`, { headers: { "HX-Request": "true" } });
  drawer.innerHTML = await response.text();
  drawer.querySelector("#drawer-title")?.focus({ preventScroll: true });
}

// The text stands beside it: a page that cannot be drawn is only less pretty.
document.addEventListener(
  "error",
  (event) => {
    if (event.target.matches?.("[data-page-picture] img")) event.target.closest("[data-page-picture]").hidden = true;
  },
  true,
);
