// A trial question of the Create tab arrives in the preview. It is asked at once only where somebody clicked it there:
// an address from elsewhere fills the field and no more.

const form = document.querySelector("[data-preview-form]");
const field = form?.querySelector("textarea");
const clicked = sessionStorage.getItem("try-question");
const wanted = new URLSearchParams(location.search).get("try") ?? "";

sessionStorage.removeItem("try-question");
if (form && clicked !== null) document.querySelector("[data-pane=preview]")?.click();
if (form && wanted) {
  window.history.replaceState(null, "", location.pathname);
  field.value = wanted;
  if (clicked === wanted) form.requestSubmit();
} else if (form && clicked !== null) field.focus();
