// Files dropped anywhere on the knowledge page, or chosen: each is sent on its own, two at a time, with its progress.

import { dropTarget } from "../web/drop.js";
import { upload } from "../web/upload.js";

const AT_ONCE = 2;

class Uploads {
  constructor(page) {
    this.page = page;
    this.section = page.querySelector("[data-sending]");
    this.list = page.querySelector("[data-sending-list]");
    this.status = page.querySelector("[data-sending-status]");
    this.waiting = [];
    this.running = 0;
  }

  add(files, url = `${this.page.dataset.base}/sources`) {
    for (const file of files) {
      if (file.size > Number(this.page.dataset.limit)) this.refuse(file, this.page.dataset.tooLarge);
      else this.waiting.push(this.prepare(file, url));
    }
    this.next();
  }

  prepare(file, url) {
    const job = { file, url, row: this.draw("[data-sending-row]", file, this.page.dataset.waiting) };
    job.row.querySelector("[data-stop-sending]").addEventListener("click", () => this.stop(job));
    return job;
  }

  draw(template, file, sentence) {
    const row = this.page.querySelector(template).content.firstElementChild.cloneNode(true);
    row.querySelector("p").textContent = file.name;
    row.querySelector("[data-sentence]").textContent = sentence;
    this.list.append(row);
    this.section.hidden = false;
    return row;
  }

  refuse(file, reason) {
    const row = this.draw("[data-failed-row]", file, reason);
    row.querySelector("[data-stop-sending]").addEventListener("click", () => this.leave(row));
    this.status.textContent = `${file.name}: ${reason}`;
  }

  next() {
    while (this.running < AT_ONCE && this.waiting.length) this.send(this.waiting.shift());
  }

  async send(job) {
    this.running += 1;
    job.sending = upload(job.url, job.file, { onProgress: (done, total) => this.progress(job, done, total) });
    try {
      await job.sending;
      document.body.dispatchEvent(new CustomEvent("knowledge-changed"));
    } catch (error) {
      if (error.name !== "AbortError") this.refuse(job.file, error.message);
    }
    this.running -= 1;
    this.leave(job.row);
    this.next();
  }

  progress(job, done, total) {
    const percent = Math.floor((100 * done) / total);
    const meter = job.row.querySelector("progress");
    if (meter) Object.assign(meter, { max: 100, value: percent });
    job.row.querySelector("[data-sentence]").textContent = this.page.dataset.uploading.replace("%s", String(percent));
  }

  stop(job) {
    this.waiting = this.waiting.filter((other) => other !== job);
    job.sending?.abort();
    this.leave(job.row);
  }

  leave(row) {
    row.remove();
    this.section.hidden = this.list.childElementCount === 0;
  }
}

function start(page) {
  const uploads = new Uploads(page);
  dropTarget(page.querySelector("[data-drop]"), (files) => uploads.add(files));
  page.addEventListener("change", (event) => {
    const address = event.target.dataset?.replace;
    if (address && event.target.files.length) uploads.add([event.target.files[0]], address);
    if (event.target.matches("[data-folder]")) {
      uploads.add([...event.target.files].filter((file) => !file.name.startsWith(".")));
      event.target.value = "";
    }
  });
  addEventListener("beforeunload", (event) => {
    if (uploads.running || uploads.waiting.length) event.preventDefault();
  });
}

const page = document.querySelector("[data-knowledge]");
if (page) start(page);
