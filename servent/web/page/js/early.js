// Before anything is painted: the theme that the reader chose, and whether the key of
// the page is here (js/pagekey.js), for nothing can be asked without. No module, for
// those wait. After that: the modules. They would keep a browser that has just begun
// from painting.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('servent.theme') ?? '"system"');
} catch {
  // Nothing is remembered: as the system is.
}
{
  let waits = false;
  try {
    waits = localStorage.getItem('servent.key') !== null;
  } catch {
    // Nothing is remembered: the key is not here.
  }
  if (!waits) location.replace('/keyless');
  /** Loads the modules: also those that others import, at once. */
  const begin = () => {
    if (!waits) return;
    waits = false;
    const preloads = /** @type {HTMLTemplateElement} */ (document.getElementById('modules'));
    document.head.append(preloads.content);
    import('./main.js');
  };
  new PerformanceObserver(begin).observe({ type: 'paint', buffered: true });
  setTimeout(begin, 1000); // of a tab in the background nothing is painted
}
