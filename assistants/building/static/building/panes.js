// Edit | Preview on narrow screens, and the section that is being looked at.

export function startPanes() {
  const buttons = [...document.querySelectorAll("[data-pane]")];
  buttons.forEach((button) =>
    button.addEventListener("click", () => {
      buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
      document.querySelectorAll("[data-pane-body]").forEach((body) => body.classList.toggle("max-lg:hidden", body.dataset.paneBody !== button.dataset.pane));
    }),
  );
  const links = [...document.querySelectorAll("[data-sections] a")];
  const watcher = new IntersectionObserver(
    (entries) => {
      const seen = entries.filter((entry) => entry.isIntersecting).at(0);
      if (!seen) return;
      links.forEach((link) => (link.hash === `#${seen.target.id}` ? link.setAttribute("aria-current", "true") : link.removeAttribute("aria-current")));
    },
    { rootMargin: "0px 0px -70% 0px" },
  );
  links.forEach((link) => watcher.observe(document.querySelector(link.hash)));
}
