// Alpine (CSP build) is fetched only by pages that use it, after their own modules have registered their components.

export function startAlpine() {
  addEventListener("DOMContentLoaded", load);
  document.addEventListener("htmx:load", load);
}

function load() {
  const source = document.querySelector("meta[name=alpine]")?.content;
  if (!source || window.Alpine || document.querySelector("script[data-alpine]") || !document.querySelector("[x-data]")) return;
  const script = document.createElement("script");
  script.src = source;
  script.dataset.alpine = "";
  document.head.append(script);
}
