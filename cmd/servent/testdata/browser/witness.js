// Runs before the scripts of each document, in the page's own world.
(() => {
	const seen = {shift: 0, shifts: [], longest: 0, busy: 0, painted: 0, broken: []};
	Object.defineProperty(globalThis, 'servent_witness', {value: seen});
	const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({type, buffered: true});
	watch('layout-shift', (entry) => {
		if (entry.hadRecentInput) return;
		seen.shift += entry.value;
		for (const {node, previousRect: a, currentRect: b} of entry.sources) {
			const name = node instanceof Element ? node.localName + (node.id && '#' + node.id) + [...node.classList].map((c) => '.' + c).join('') : String(node?.nodeName);
			seen.shifts.push(`${entry.value.toFixed(3)} ${name} ${a.x},${a.y} ${a.width}x${a.height} to ${b.x},${b.y} ${b.width}x${b.height}`);
		}
	});
	watch('longtask', (entry) => {
		seen.longest = Math.max(seen.longest, entry.duration);
		seen.busy += entry.duration;
	});
	watch('paint', (entry) => {
		if (entry.name === 'first-contentful-paint') seen.painted = entry.startTime;
	});
	document.addEventListener('securitypolicyviolation', (e) => seen.broken.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
})();
