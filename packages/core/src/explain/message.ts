import type { AdviceKey } from '../findings/advice-key.ts';
import type { ThreatCategory } from '../findings/taxonomy.ts';
import type { ReasonCode } from '../vocabulary/reason.ts';
import type { DeviceNoun } from './device-noun.ts';

/** How access comes back: one sentence, said once, after the steps. */
export type ReturnKey = 'safe' | 'check' | 'update' | 'sync' | 'service' | 'help' | 'all';

/** Reasons that may rest on a report that is about this device or about another. */
export type HeldCode =
  | 'threat_level_above_allowed'
  | 'device_compromised'
  | 'partner_app_deactivated'
  | 'partner_app_misconfigured';

/** The device and the apps that a text is about. */
export interface AboutDevice {
  readonly device: DeviceNoun;
  /** The partner's app; `undefined`: its name is not known. */
  readonly app: string | undefined;
  /** That of the device management. */
  readonly managementApp: string | undefined;
}

/** What a partner, or whoever named what it found, wrote: fit to be shown, and in no language that we know. */
export interface ForeignWords {
  readonly words: string;
}

type About<Key extends string> = AboutDevice & { readonly key: Key };

/**
 * What is to be said to a person, in no language: the key of a text and what stands in it. The texts of each language are in
 * `packages/texts`.
 */
export type UserMessage =
  | About<`reasons.${ReasonCode}.${'title' | 'text' | 'step'}`>
  | About<`found.${AdviceKey}`>
  | About<`advice.${AdviceKey}`>
  | About<`returns.${ReturnKey}`>
  | About<'held.title' | `held.problem.${HeldCode}` | 'held.which' | 'held.step'>
  | (About<'held.name'> & { readonly title: ForeignWords | { readonly key: `categories.${ThreatCategory}` } })
  | (About<'held.returns'> & { readonly days: number })
  | (About<'details.name'> & { readonly title: ForeignWords })
  | { readonly key: 'details.risk'; readonly risk: 'low' | 'medium' | 'high' }
  | {
      readonly key: 'details.versionTooOld' | 'details.versionTooNew';
      readonly actual: string;
      readonly required: string;
    }
  | (About<'details.notHeardFor'> & { readonly days: number })
  | {
      readonly key: 'details.stillWorksUntil';
      readonly until: { readonly at: Date; readonly timeZone: string | undefined };
    }
  | (About<'partner.advice'> & { readonly words: ForeignWords; readonly isSentence: 'yes' | 'no' })
  | { readonly key: 'help.contact'; readonly ways: readonly string[] }
  | { readonly key: 'steps.beforeThen' | 'steps.cannotConfirm' | 'help.fallback' };

/** What a part of an explanation is for. */
export const PART_KINDS = [
  /** What is so, in a few words. */
  'title',
  /** What is wrong. */
  'cause',
  /** Until when access still works. */
  'deadline',
  /** What the partner calls what it found. */
  'finding',
  'risk',
  /** Stands before the steps. */
  'lead',
  /** One thing that the person does. */
  'step',
  /** How access comes back. */
  'returns',
  /** What to do where the steps were not enough. */
  'help',
  /** Whom the operator names for questions. */
  'contact',
  /** What the partner advises, in its own words. */
  'quotation',
] as const;

export type PartKind = (typeof PART_KINDS)[number];

export interface ExplanationPart {
  readonly kind: PartKind;
  readonly message: UserMessage;
  /** The problem that it is about, where it is about one. */
  readonly reason?: ReasonCode | undefined;
}
