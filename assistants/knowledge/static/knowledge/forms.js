// Forms that add or change sources: they close when it worked, and say why in their place when it did not.

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("[data-added-form], [data-source-form]");
  if (!form) return;
  const place = form.querySelector("[data-form-error]");
  place.replaceChildren();
  if (!event.detail.successful) return void say(place, event.detail.xhr);
  form.dispatchEvent(new CustomEvent("knowledge-kept"));
  if (!form.matches("[data-added-form]")) return;
  form.reset();
  form.querySelectorAll("[data-site-fields]").forEach((fields) => (fields.hidden = true));
  form.closest("dialog").close();
});

// The reason stands in the form, so that no toast has to say it again.
document.addEventListener(
  "htmx:responseError",
  (event) => event.target.closest?.("[data-added-form], [data-source-form]") && event.stopImmediatePropagation(),
  true,
);

function say(place, answer) {
  const page = new DOMParser().parseFromString(answer.responseText, "text/html");
  const notice = page.querySelector(".notice");
  if (notice) place.replaceChildren(document.adoptNode(notice));
}

document.addEventListener("change", (event) => {
  const field = event.target;
  if (field.matches("[data-site-switch]")) field.form.querySelector("[data-site-fields]").hidden = field.value !== "site";
  if (field.matches("[data-audience]")) field.form.querySelector("[data-audience-groups]").hidden = field.value === "";
});
