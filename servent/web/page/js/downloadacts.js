// What can be done with downloads.

import { t } from './words.js';
import { call } from './calls.js';
import { size } from './format.js';
import { shown } from './names.js';
import { inWords } from './errors.js';
import { toast } from './toast.js';
import { confirm } from './confirm.js';
import { learnDownloads } from './transferfeed.js';

/** @import {Download, DownloadList} from './types.js' */

/** @param {string} verb @param {Record<string, unknown>} body */
async function change(verb, body) {
  try {
    /** @type {DownloadList} */
    const list = await call('POST', `/api/downloads/${verb}`, body);
    learnDownloads(list.downloads);
  } catch (error) {
    toast(inWords(error), 'bad');
  }
}

/** @param {Download} download */
const idsOf = ({ id }) => ({ ids: [String(id)] });

export const downloadActs = {
  /** @param {Download} download */
  pause: (download) => change('pause', idsOf(download)),
  /** @param {Download} download */
  resume: (download) => change('resume', idsOf(download)),
  /** @param {Download} download @param {string} priority */
  priority: (download, priority) => change('priority', { ...idsOf(download), priority }),
  /** @param {Download} download */
  async cancel(download) {
    const { name, root, verified } = download;
    const text = [[shown(name || root)], [verified > 0 ? t('downloads.cancel.removes', { here: size(verified) }) : t('downloads.cancel.nothing')]];
    if (await confirm({ title: t('downloads.cancel.title'), text, yes: t('downloads.cancel.yes'), no: t('downloads.cancel.no') })) {
      await change('cancel', idsOf(download));
    }
  },
  /** Takes one that is done off the list; its file stays. @param {Download} download */
  forget: (download) => change('cancel', idsOf(download)),
  pauseAll: () => change('pause', { ids: ['all'] }),
  resumeAll: () => change('resume', { ids: ['all'] }),
  /** @param {Download[]} downloads */
  forgetAll: (downloads) => change('cancel', { ids: downloads.map(({ id }) => String(id)) }),
};
