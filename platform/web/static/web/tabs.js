// A row of tabs that is wider than the screen begins at the one that is open.

export function startTabs() {
  for (const tab of document.querySelectorAll(".tabs-line > [aria-current]")) {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }
}
