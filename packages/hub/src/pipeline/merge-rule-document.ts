import type { MergeMethod, MergeRule, Platform, SilentPartnerRule } from '@sallyport/core';

/** A stored `mergeRule` document, validated when it was written by `api/admin`. */
interface MergeRuleBody {
  readonly platform?: Platform | null;
  readonly groupId?: string | null;
  readonly priority: number;
  readonly method: MergeMethod['method'];
  readonly order?: readonly string[];
  readonly atLeast?: number;
  readonly silentPartner: SilentPartnerRule;
}

export function toMergeRule(body: Readonly<Record<string, unknown>>, id: string): MergeRule {
  const { platform, groupId, priority, silentPartner, ...rest } = body as unknown as MergeRuleBody;
  return { id, platform: platform ?? undefined, groupId: groupId ?? undefined, priority, silentPartner, merge: toMethod(rest) };
}

function toMethod({ method, order, atLeast }: Pick<MergeRuleBody, 'method' | 'order' | 'atLeast'>): MergeMethod {
  switch (method) {
    case 'primary': return { method, order: order ?? [] };
    case 'quorum': return { method, atLeast: atLeast ?? 1 };
    default: return { method };
  }
}
