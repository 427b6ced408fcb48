import { z } from 'zod';
import type { MergeMethod, MergeRule } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    mergeRule: true;
  }
}

const platform = z.enum(['android', 'iOS', 'macOS', 'windows', 'linux', 'unknown']).nullish();
const groupId = z.string().nullish();

const body = z.looseObject({
  platform,
  groupId,
  priority: z.number(),
  method: z.enum(['strictest', 'primary', 'quorum', 'every']),
  order: z.array(z.string()).nullish(),
  atLeast: z.number().nullish(),
  silentPartner: z.enum(['keepWorse', 'ignore', 'keepLast', 'raise', 'block']),
});

export function toMergeRule(stored: z.infer<typeof body>, id: string): MergeRule {
  return {
    id,
    platform: stored.platform ?? undefined,
    groupId: stored.groupId ?? undefined,
    priority: stored.priority,
    silentPartner: stored.silentPartner,
    merge: toMethod(stored),
  };
}

function toMethod({ method, order, atLeast }: z.infer<typeof body>): MergeMethod {
  switch (method) {
    case 'primary':
      return { method, order: order ?? [] };
    case 'quorum':
      return { method, atLeast: atLeast ?? 1 };
    default:
      return { method };
  }
}

const legible = z.object({
  platform: platform.catch(undefined),
  groupId: groupId.catch(undefined),
  priority: z.number().catch(0),
});

/** Every partner has to report, and a silent one closes. It is for whom it says, as far as that can be read; else for all. */
function strictest(id: string, stored: Readonly<Record<string, unknown>>): MergeRule {
  const read = legible.parse(stored);
  return {
    id,
    platform: read.platform ?? undefined,
    groupId: read.groupId ?? undefined,
    priority: read.priority,
    silentPartner: 'block',
    merge: { method: 'every' },
  };
}

export const mergeRuleDocument = defineDocument({
  kind: 'mergeRule',
  name: 'merge rule',
  body,
  toRule: toMergeRule,
  unreadable: strictest,
  effectOf: () => 'fleet',
  isTold: true,
});
