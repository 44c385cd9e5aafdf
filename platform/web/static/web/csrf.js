// The token that proves a request comes from our own page.

export function csrfToken() {
  const found = document.cookie.match(/(?:^|;\s*)bottega_csrf=([^;]+)/);
  return found ? decodeURIComponent(found[1]) : (document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "");
}

export function csrfHeaders() {
  return { "X-CSRFToken": csrfToken() };
}
