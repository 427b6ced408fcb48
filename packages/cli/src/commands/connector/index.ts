import type { Group } from '../../frame/command.ts';
import { fetchKeys } from './fetch-keys.ts';
import { get } from './get.ts';
import { handleTerm } from './handle-term.ts';
import { link } from './link.ts';
import { list } from './list.ts';
import { remove } from './remove.ts';
import { set } from './set.ts';
import { test } from './test.ts';
import { tryCef } from './try-cef.ts';
import { tryWebhook } from './try-webhook.ts';
import { unknownTerms } from './unknown-terms.ts';
import { unlink } from './unlink.ts';
import { vendors } from './vendors.ts';

export const connector: Group = {
  name: 'connector',
  summary: 'Links to Mobile Threat Defense partners',
  commands: [
    list,
    get,
    set,
    remove,
    vendors,
    link,
    unlink,
    test,
    fetchKeys,
    tryWebhook,
    tryCef,
    unknownTerms,
    handleTerm,
  ],
};
