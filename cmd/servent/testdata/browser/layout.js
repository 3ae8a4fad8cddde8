// An expression: a function that returns in words what is wrong with the layout
// of what is shown. target is how many pixels a control must have each way.
((target) => {
	const wrong = [];
	const root = document.scrollingElement;
	const shown = (e) => e.checkVisibility({opacityProperty: true, visibilityProperty: true});
	const name = (e) => {
		const text = (e.getAttribute('aria-label') || e.innerText || e.value || '').trim().replace(/\s+/g, ' ').slice(0, 40);
		return `<${e.localName}${e.id ? ' id=' + e.id : ''}${e.className && typeof e.className === 'string' ? ' class=' + e.className : ''}> "${text}"`;
	};
	const round = (r) => `${Math.round(r.left)},${Math.round(r.top)} ${Math.round(r.right - r.left)}x${Math.round(r.bottom - r.top)}`;

	// Where an ancestor cuts or scrolls, only its inside is to be seen.
	const clipped = (element, rect) => {
		let {left, top, right, bottom} = rect;
		for (let e = element.parentElement; e && e !== document.documentElement && e !== document.body; e = e.parentElement) {
			const style = getComputedStyle(e), box = e.getBoundingClientRect();
			if (style.overflowX !== 'visible') [left, right] = [Math.max(left, box.left), Math.min(right, box.right)];
			if (style.overflowY !== 'visible') [top, bottom] = [Math.max(top, box.top), Math.min(bottom, box.bottom)];
		}
		return right - left > 1 && bottom - top > 1 ? {left, top, right, bottom} : null;
	};
	// What is for screen readers alone is a pixel large at most, or cut away.
	const forEars = (e) => {
		for (; e && e !== document.body; e = e.parentElement) {
			const box = e.getBoundingClientRect();
			if (getComputedStyle(e).clipPath.startsWith('inset(50%')) return true;
			if (box.width <= 1 || box.height <= 1) {
				if (getComputedStyle(e).position === 'absolute') return true;
			}
		}
		return false;
	};
	// What floats above the rest covers some of it by intention.
	const layer = (element) => {
		for (let e = element; e; e = e.parentElement) {
			const position = getComputedStyle(e).position;
			if (position === 'fixed' || position === 'sticky' || e.localName === 'dialog' || e.hasAttribute('popover')) return e;
		}
		return null;
	};

	if (root.scrollWidth > root.clientWidth + 1) wrong.push(`the page scrolls sideways: ${root.scrollWidth} px wide in ${root.clientWidth}`);

	const modal = document.querySelector('dialog:modal');
	const all = [...(modal ?? document.body).querySelectorAll('*')].filter((e) => shown(e) && !forEars(e) && !(e instanceof SVGElement));

	for (const e of all) {
		const box = clipped(e, e.getBoundingClientRect());
		const outside = (r) => r.right > root.clientWidth + 1 || r.left < -1;
		if (box && outside(box) && !outside(e.parentElement.getBoundingClientRect())) wrong.push(`beyond the screen: ${name(e)} at ${round(box)}`);
		const style = getComputedStyle(e);
		const ownText = [...e.childNodes].some((n) => n.nodeType === Node.TEXT_NODE && n.data.trim());
		if (!ownText || style.display === 'inline') continue;
		const wide = style.overflowX !== 'visible' && style.overflowX !== 'auto' && style.overflowX !== 'scroll' && e.scrollWidth > e.clientWidth + 1;
		const high = style.overflowY !== 'visible' && style.overflowY !== 'auto' && style.overflowY !== 'scroll' && e.scrollHeight > e.clientHeight + 2;
		if ((wide || high) && !e.closest('[title]')) wrong.push(`text is cut off and has no title: ${name(e)} ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`);
	}

	const pen = document.createElement('canvas').getContext('2d');
	for (const e of all) {
		if (!e.matches('input[placeholder]') || e.value || e.title) continue;
		const style = getComputedStyle(e);
		pen.font = style.font;
		const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
		if (pen.measureText(e.placeholder).width > room + 1) wrong.push(`placeholder is cut off: ${name(e)} "${e.placeholder}"`);
	}

	const pairs = (items, what) => {
		items.sort((a, b) => a.box.top - b.box.top);
		for (let i = 0; i < items.length; i++) {
			for (let j = i + 1; j < items.length && items[j].box.top < items[i].box.bottom - 2; j++) {
				const a = items[i], b = items[j];
				if (a.of === b.of || a.of.contains(b.of) || b.of.contains(a.of) || a.layer !== b.layer) continue;
				if (Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left) > 2 && Math.min(a.box.bottom, b.box.bottom) - b.box.top > 2) {
					wrong.push(`${what} overlap: ${name(a.of)} at ${round(a.box)} and ${name(b.of)} at ${round(b.box)}`);
				}
			}
		}
	};

	const controls = all.filter((e) => e.matches('a[href], button, input, select, textarea, summary, [role=button], [role=tab], [role=switch]'));
	pairs(controls.flatMap((e) => {
		const box = clipped(e, e.getBoundingClientRect());
		return box ? [{of: e, box, layer: layer(e)}] : [];
	}), 'controls');

	const texts = [];
	for (const e of all) {
		if (e.localName === 'option' || e.localName === 'select') continue;
		for (const n of e.childNodes) {
			if (n.nodeType !== Node.TEXT_NODE || !n.data.trim()) continue;
			const range = document.createRange();
			range.selectNodeContents(n);
			for (const rect of range.getClientRects()) {
				const own = clipped(e, rect);
				// A text's line box is higher than its letters.
				const box = own && clipped(n, rect) && {...own, top: own.top + (own.bottom - own.top) * 0.2, bottom: own.bottom - (own.bottom - own.top) * 0.2};
				if (box) texts.push({of: e, box, layer: layer(e)});
			}
		}
	}
	pairs(texts, 'texts');

	for (const e of controls) {
		if (e.localName === 'a' && getComputedStyle(e).display === 'inline') continue; // in a sentence
		const box = (e.matches('input[type=checkbox], input[type=radio]') && e.closest('label') || e).getBoundingClientRect();
		if (box.bottom <= 0 || box.right <= 0) continue; // out of sight until it has the focus
		if (box.width < target - 0.5 || box.height < target - 0.5) wrong.push(`small target, ${round(box)} where ${target} px are wanted: ${name(e)}`);
	}
	return [...new Set(wrong)].slice(0, 40);
})
