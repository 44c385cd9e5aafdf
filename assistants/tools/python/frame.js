// The document between our page and the program: it has an origin of its own, no network and nothing of ours. It starts
// one worker, hands it what the page handed in, and passes one answer on.

addEventListener("message", ({ data, ports: [port], source }) => {
  if (source !== parent || !port) return;
  const text = document.getElementById("worker").textContent;
  // A classic one: in a document of nobody's origin browsers start no others from such an address.
  const worker = new Worker(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
  const end = (message) => {
    port.postMessage(message);
    worker.terminate();
  };
  worker.onerror = (event) => {
    event.preventDefault();
    end({ kind: "crashed", reason: String(event.message ?? "").slice(0, 500) });
  };
  let ready = false;
  worker.onmessage = ({ data: said }) => {
    if (said?.kind === "ready" && !ready) {
      ready = true;
      port.postMessage({ kind: "ready" });
    } else if (said?.kind === "crashed") end({ kind: "crashed", reason: String(said.reason).slice(0, 500) });
    else if (said?.kind !== "result") return;
    else if (typeof said.json !== "string") end({ kind: "crashed", reason: "" });
    else end(said.json.length > data.limits.answer ? { kind: "large" } : { kind: "result", json: said.json });
  };
  const guest = document.getElementById("guest").textContent;
  worker.postMessage({ ...data, guest }, Object.values(data.parts));
}, { once: true });
