// Python in a worker of a document without network: the policy of the document is the wall, and holds here too. What is
// taken away below only makes a program fail early and clearly.

const PAGE = 65536;
const MOST_WRITTEN = 128 * 1024 * 1024; // bytes of files, those counted too that are deleted again
const BASE = "https://python.invalid/";
const TAKEN = ["XMLHttpRequest", "WebSocket", "WebTransport", "EventSource", "WebSocketStream", "BroadcastChannel", "SharedWorker", "Worker", "indexedDB", "caches", "RTCPeerConnection", "Notification", "FileReaderSync"];

addEventListener("message", ({ data }) => start(data).catch((error) => say({ kind: "crashed", reason: String(error?.message ?? error) })), { once: true });
const say = postMessage.bind(self);

async function start({ parts, files, code, guest, lock, limits }) {
  limitMemory(limits.memory);
  take("importScripts"); // by which Pyodide would know a classic worker, in which it does not start
  const given = { [`${BASE}pyodide.asm.wasm`]: [parts.wasm, "application/wasm"], [`${BASE}python_stdlib.zip`]: [parts.library, "application/zip"] };
  self.fetch = async (url) => {
    const [data, type] = given[String(url)] ?? [];
    if (!data) throw new TypeError("There is no network here.");
    return new Response(data, { headers: { "Content-Type": type } });
  };
  const [{ loadPyodide }, { default: createPyodideModule }] = await Promise.all([module(parts.loader), module(parts.module)]);
  const silent = () => {};
  const python = await loadPyodide({
    indexURL: BASE,
    createPyodideModule,
    lockFileContents: lock,
    jsglobals: { setTimeout: (act, after) => setTimeout(act, after), clearTimeout: (id) => clearTimeout(id) },
    stdin: () => null,
    stdout: silent,
    stderr: silent,
    env: { HOME: "/out", PYTHONINSPECT: "" },
  });
  for (const folder of ["/in", "/out"]) python.FS.mkdirTree(folder);
  for (const { name, data } of files) python.FS.writeFile(`/in/${name}`, new Uint8Array(data));
  python.FS.chdir("/out");
  limitFiles(python);
  python.runPython(guest);
  const run = python.globals.get("run");
  const asked = python.toPy({ characters: limits.characters, files: limits.files, bytes: limits.bytes });
  for (const name of ["fetch", ...TAKEN]) take(name);
  say({ kind: "ready" });
  say({ kind: "result", json: run(code, asked) });
}

// Files lie beside Python's heap: without this they would grow until the browser ends.
function limitFiles({ FS, ERRNO_CODES }) {
  const { MEMFS } = FS.filesystems;
  let written = 0;
  const grows = (node, size) => {
    written += Math.max(0, size - node.usedBytes);
    if (written > MOST_WRITTEN) throw new FS.ErrnoError(ERRNO_CODES.ENOSPC);
  };
  const { write } = MEMFS.stream_ops;
  MEMFS.ops_table.file.stream.write = (stream, buffer, offset, length, position, canOwn) => {
    grows(stream.node, position + length);
    return write(stream, buffer, offset, length, position, canOwn);
  };
  const { resizeFileStorage } = MEMFS;
  MEMFS.resizeFileStorage = (node, size) => {
    grows(node, size);
    return resizeFileStorage(node, size);
  };
}

function module(data) {
  return import(URL.createObjectURL(new Blob([data], { type: "text/javascript" })));
}

function take(name) {
  for (let owner = self; owner; owner = Object.getPrototypeOf(owner)) {
    if (Object.hasOwn(owner, name)) Object.defineProperty(owner, name, { value: undefined, configurable: false, writable: false });
  }
}

// Python's heap is one memory that only grows: where it may not, Python raises MemoryError.
function limitMemory(bytes) {
  const { grow } = WebAssembly.Memory.prototype;
  WebAssembly.Memory.prototype.grow = function (pages) {
    if (this.buffer.byteLength + pages * PAGE > bytes) throw new RangeError("The memory is used up.");
    return grow.call(this, pages);
  };
}
