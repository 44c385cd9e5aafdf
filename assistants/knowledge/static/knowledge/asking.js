// A question before something is done: it opens when the server puts it there, and closes with its answer.

import { openDialog } from "../web/dialogs.js";

document.body.addEventListener("knowledge-ask", () => openDialog("knowledge-sure-dialog"));

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.matches?.("[data-sure]")) event.target.closest("dialog").close();
});
