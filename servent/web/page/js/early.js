// Before anything is painted: the theme that the reader chose. No module, for those wait.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('servent.theme') ?? '"system"');
} catch {
  // Nothing is remembered: as the system is.
}
