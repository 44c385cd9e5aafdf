// Asking and watching: a composer whose button sends and then stops, and a log that follows while its reader is at the end.

export function startComposer({ form, field, send, stop, ask, onStop }) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(field.value);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  stop.addEventListener("click", onStop);
  return function setBusy(busy) {
    const focused = document.activeElement === (busy ? send : stop);
    send.hidden = busy;
    stop.hidden = !busy;
    if (focused) (busy ? stop : field).focus();
  };
}

// Stopping what may have no name yet: a wish that comes between asking and beginning is kept until it has begun. Where
// nothing was asked there is nothing to stop, now or later.
export function stopper(send) {
  let name = "";
  let asking = false;
  let wanted = false;
  return {
    get name() {
      return name;
    },
    asked() {
      asking = true;
    },
    begun(value) {
      name = value;
      if (wanted) send(value);
      wanted = false;
    },
    async stop() {
      if (name) await send(name);
      else wanted = asking;
    },
    ended() {
      name = "";
      asking = wanted = false;
    },
  };
}

export function follower(log, near = 80) {
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < near;
  const toEnd = () => (log.scrollTop = log.scrollHeight);
  return { atEnd, toEnd };
}

// HTML that the server has made safe.
export function paintAnswer(body, html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  body.replaceChildren(...page.body.childNodes);
}
