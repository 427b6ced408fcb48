import type { Group } from '../../frame/command.ts';
import { addSource } from './add-source.ts';
import { assign } from './assign.ts';
import { changeSource } from './change-source.ts';
import { disclosed } from './disclosed.ts';
import { disclosures } from './disclosures.ts';
import { forget } from './forget.ts';
import { importInventory } from './import.ts';
import { newPushKey, push, stopPush } from './push.ts';
import { pushTo } from './push-to.ts';
import { removeSource } from './remove-source.ts';
import { show } from './show.ts';
import { source } from './source.ts';
import { sources } from './sources.ts';

export const inventory: Group = {
  name: 'inventory',
  summary: 'What is installed on devices: where it comes from, which partners are given it',
  commands: [
    show,
    forget,
    disclosures,
    disclosed,
    sources,
    source,
    addSource,
    changeSource,
    removeSource,
    assign,
    importInventory,
    push,
    pushTo,
    newPushKey,
    stopPush,
  ],
};
