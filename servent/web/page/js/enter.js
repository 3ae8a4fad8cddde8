// The step from a link or a password to the page: keeps the key that came in the
// answer. It is in no address, for those are kept.

import { keepPageKey } from './pagekey.js';

const told = /** @type {HTMLMetaElement} */ (document.querySelector('meta[name=page-key]'));
const page = /** @type {HTMLAnchorElement} */ (document.getElementById('page'));
keepPageKey(told.content);
told.remove();
location.replace(page.href);
