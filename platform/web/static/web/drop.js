// The whole page is a target for files: dropTarget(zone, (files) => …). The zone says how many are held over it.

export function dropTarget(zone, onFiles) {
  const title = zone.querySelector("[data-drop-title]");
  const resting = title?.textContent ?? "";
  let depth = 0;
  const over = (count) => {
    zone.classList.toggle("drop-over", count > 0);
    document.body.classList.toggle("file-over", count > 0);
    if (title) title.textContent = count > 0 ? (title.dataset.over ?? resting).replace("%s", String(count)) : resting;
  };
  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const listeners = {
    dragenter(event) {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth += 1;
      over(event.dataTransfer.items.length || 1);
    },
    dragover(event) {
      if (holdsFiles(event)) event.preventDefault();
    },
    dragleave(event) {
      if (holdsFiles(event) && --depth <= 0) over((depth = 0));
    },
    drop(event) {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      over((depth = 0));
      held(event.dataTransfer).then((files) => files.length && onFiles(files));
    },
  };
  Object.entries(listeners).forEach(([name, listener]) => addEventListener(name, listener));
  const input = zone.querySelector("input[type=file]");
  const take = () => {
    if (input.files.length) onFiles([...input.files]);
    input.value = "";
  };
  input?.addEventListener("change", take);
  if (input?.files.length) take(); // chosen before this script was there
  return () => Object.entries(listeners).forEach(([name, listener]) => removeEventListener(name, listener));
}

// What was let go: files, and the files in folders, without those that systems hide. The entries have to be taken before
// the event ends.
function held(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return Promise.resolve([...transfer.files]);
  return Promise.all(entries.map(within)).then((found) => found.flat());
}

async function within(entry) {
  if (entry.name.startsWith(".")) return [];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    // A reader gives at most a hundred entries at a time.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return (await Promise.all(found.map(within))).flat();
    found.push(...some);
  }
}
