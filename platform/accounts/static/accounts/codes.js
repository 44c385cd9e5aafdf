// Recovery codes as a file: made in the browser, because the server shows them once.

for (const button of document.querySelectorAll("[data-download-codes]")) {
  button.addEventListener("click", () => {
    const codes = [...document.querySelector(button.dataset.downloadCodes).children].map((item) => item.textContent.trim());
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${button.dataset.title}\n\n${codes.join("\n")}\n`], { type: "text/plain" }));
    link.download = button.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
