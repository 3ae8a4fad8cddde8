// Small pictures of what a control does; its name stands beside them or in its label.

import { svg } from './dom.js';

/** @type {Record<string, string>} */
const paths = {
  search: 'M10.5 4a6.5 6.5 0 1 1 0 13a6.5 6.5 0 0 1 0-13M15.5 15.5 20 20',
  downloads: 'M12 4v11M7 10.5l5 5 5-5M4 20h16',
  library: 'M3 18.5V6.5h6l2 2.5h10v9.5z',
  network: 'M12 5.5 5.5 17.5h13zM12 3.2a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 0 1 0-4.6M5.5 15.2a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 0 1 0-4.6M18.5 15.2a2.3 2.3 0 1 1 0 4.6a2.3 2.3 0 0 1 0-4.6',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.8a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 0 1 0-4.4M9 14.8a2.2 2.2 0 1 1 0 4.4a2.2 2.2 0 0 1 0-4.4',
  lab: 'M9.5 3.5h5M10.5 3.5v6l-5.5 9.500q-.5 1.500 1 1.500h12q1.500 0 1-1.500l-5.500-9.500v-6M8 15h8',
  class: 'M3 4.500h18v11.500h-18zM12 16v4M8 20.500h8M8 12l3-3 2 2 3-3.500',
  system: 'M12 4a8 8 0 1 1 0 16zM12 4a8 8 0 1 0 0 16zM13.500 6v12M15.500 7v10M17.500 9v6',
  light: 'M12 8a4 4 0 1 1 0 8a4 4 0 0 1 0-8M12 2.500v2M12 19.500v2M2.500 12h2M19.500 12h2M5.300 5.300l1.400 1.400M17.300 17.300l1.400 1.400M5.300 18.700l1.400-1.400M17.300 6.700l1.400-1.400',
  dark: 'M19.500 14.500A8 8 0 0 1 9.500 4.500a8 8 0 1 0 10 10z',
  help: 'M12 3.500a8.500 8.500 0 1 1 0 17a8.500 8.500 0 0 1 0-17M9.500 9.500a2.500 2.500 0 1 1 3.700 2.200q-1.200.700-1.200 1.800M12 16.500v.1',
  close: 'M6 6l12 12M18 6 6 18',
  add: 'M12 5v14M5 12h14',
  copy: 'M8.500 8.500h11v11h-11zM15.500 8.500v-4h-11v11h4',
  check: 'M4.500 12.500l5 5 10-11',
  more: 'M9 5l7 7-7 7',
  stop: 'M6.500 6.500h11v11h-11z',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4.500v15l12-7.500z',
  step: 'M6 5v14l9-7zM18 5v14',
  back: 'M18 5v14l-9-7zM6 5v14',
  start: 'M19 5v14l-7-7zM12 5v14l-7-7zM4 5v14',
  end: 'M5 5v14l7-7zM12 5v14l7-7zM20 5v14',
};

/** Draws an icon. @param {string} name @returns {SVGElement} */
export function icon(name) {
  return svg('svg', { class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true' }, svg('path', { d: paths[name] ?? '' }));
}
