// Before anything is painted: the theme that the reader chose. No module, for those wait.
// After it: the modules. They would keep a browser that has just begun from painting.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('servent.theme') ?? '"system"');
} catch {
  // Nothing is remembered: as the system is.
}

{
  let begun = false;
  /** Loads the modules: also those that others import, at once. */
  const begin = () => {
    if (begun) return;
    begun = true;
    const preloads = /** @type {HTMLTemplateElement} */ (document.getElementById('modules'));
    document.head.append(preloads.content);
    import('./main.js');
  };
  new PerformanceObserver(begin).observe({ type: 'paint', buffered: true });
  setTimeout(begin, 1000); // of a tab in the background nothing is painted
}
