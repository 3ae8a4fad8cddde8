// Before anything is painted: the theme that the reader chose, and whether the key of
// the page is here (js/pagekey.js), for nothing can be asked without. No module, for
// those wait.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('servent.theme') ?? '"system"');
} catch {
  // Nothing is remembered: as the system is.
}
try {
  if (localStorage.getItem('servent.key') === null) location.replace('/keyless');
} catch {
  location.replace('/keyless');
}
