import { isWorseThanSecured, type DeviceFacts, type OpenFinding, type PartnerWord, type Reason } from '@sallyport/core';
import type { DeviceSnapshotRow } from '../../store/store.ts';
import { systemFacts } from '../../documents/system-facts.ts';
import type { HeldPosture } from './held-posture.ts';

const NO_VIEWS: readonly PartnerWord[] = [];
const NO_FINDINGS: readonly OpenFinding[] = [];
const NO_REASONS: readonly Reason[] = [];
const NOT_FAILING: Readonly<Record<string, number>> = {};
/** Some words come from outside; when there are this many of a kind, the rest is kept as it comes. */
const MOST = 50_000;

/** What a device is, as many others are. */
export type DeviceKind = Pick<
  DeviceFacts,
  'platform' | 'androidManagement' | 'operatingSystem' | 'systemUnknown' | 'systemNewlyRead' | 'strict' | 'osVersion'
>;

/**
 * What devices and postures read from the database have in common, kept once: a parser makes every word and every
 * empty list anew.
 */
export class SharedParts {
  readonly #words = new Map<string, string>();
  readonly #kinds = new Map<string, DeviceKind>();
  readonly #postures = new Map<string, HeldPosture>();
  readonly #reasons = new Map<string, readonly Reason[]>();

  kind({
    operatingSystem,
    osVersion,
    androidManagement,
    strict,
  }: Pick<DeviceSnapshotRow, 'operatingSystem' | 'osVersion' | 'androidManagement' | 'strict'>): DeviceKind {
    return theOne(this.#kinds, `${operatingSystem}\n${osVersion}\n${androidManagement}\n${strict}`, () => ({
      ...systemFacts(operatingSystem, strict === true),
      androidManagement: androidManagement ?? undefined,
      osVersion,
    }));
  }

  /** The same posture made of shared parts where it can be. When a lone view was observed is left open. */
  posture(posture: HeldPosture): HeldPosture {
    return isCommon(posture) ? theOne(this.#postures, keyOf(posture), () => this.#made(posture)) : this.#made(posture);
  }

  #made({ views, mergedState, complianceState, reasons, failing, graceUntil, changesAt }: HeldPosture): HeldPosture {
    return {
      views: views.length === 0 ? NO_VIEWS : views.map((view) => this.#view(view)),
      mergedState: this.#word(mergedState),
      complianceState: this.#word(complianceState),
      reasons: reasons.length === 0 ? NO_REASONS : this.#theReasons(reasons),
      failing: isEmpty(failing) ? NOT_FAILING : failing,
      graceUntil,
      ...(changesAt !== undefined && { changesAt }),
    };
  }

  #view(view: PartnerWord): PartnerWord {
    const { connectorId, state, observedAt, openFindings } = view;
    const common = {
      connectorId: this.#word(connectorId),
      state: this.#word(state),
      observedAt,
      openFindings:
        openFindings.length === 0
          ? NO_FINDINGS
          : openFindings.map((finding) => ({ ...finding, type: this.#word(finding.type) })),
    };
    return isPlainView(view) ? common : { ...common, ...beside(view) };
  }

  #word<T extends string>(word: T): T {
    return theOne(this.#words, word, () => word) as T;
  }

  /** Its words are shared where the reason itself cannot be. */
  #reason(reason: Reason): Reason {
    const shared: Record<string, unknown> = { ...reason };
    for (const [name, value] of Object.entries(reason))
      if (typeof value === 'string' && name !== 'until') shared[name] = this.#word(value);
    return shared as unknown as Reason;
  }

  /** Many devices fail for the same few; those that name a finding are their own. */
  #theReasons(reasons: readonly Reason[]): readonly Reason[] {
    if (reasons.some((reason) => reason.findingIds !== undefined)) return reasons.map((reason) => this.#reason(reason));
    return theOne(this.#reasons, JSON.stringify(reasons), () => reasons);
  }
}

/** The one that is known by this key, or that becomes so. */
function theOne<V>(known: Map<string, V>, key: string, make: () => V): V {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    if (known.size < MOST) known.set(key, value);
  }
  return value;
}

/** What counts beside the state of a view, if anything does. */
function beside({
  lastLevel,
  lastAppState,
  levelMissingSince,
  contested,
  retired,
  superseded,
  held,
  carried,
  silenceFrom,
  unrecognized,
}: PartnerWord): Partial<PartnerWord> {
  return {
    ...(lastLevel && { lastLevel }),
    ...(lastAppState && { lastAppState }),
    ...(levelMissingSince !== undefined && { levelMissingSince }),
    ...(contested && { contested }),
    ...(retired && { retired }),
    ...(superseded && { superseded }),
    ...(held && { held }),
    ...(carried && { carried }),
    ...(silenceFrom !== undefined && { silenceFrom }),
    ...(unrecognized !== undefined && { unrecognized }),
  };
}

/** Since when a level is missing does not matter where there was none above secured. */
function isPlainView({
  openFindings,
  lastLevel,
  lastAppState,
  contested,
  retired,
  superseded,
  held,
  carried,
  silenceFrom,
  unrecognized,
}: PartnerWord): boolean {
  return (
    openFindings.length === 0 &&
    (lastLevel === undefined || !isWorseThanSecured(lastLevel.state)) &&
    lastAppState === undefined &&
    contested === undefined &&
    retired === undefined &&
    superseded === undefined &&
    held === undefined &&
    carried === undefined &&
    silenceFrom === undefined &&
    unrecognized === undefined
  );
}

/** Whether many others are likely to be the same but for the time: nothing is wrong with it. */
function isCommon({ views, reasons, failing, graceUntil, changesAt }: HeldPosture): boolean {
  return (
    views.length < 2 &&
    (views[0] === undefined || isPlainView(views[0])) &&
    changesAt === undefined &&
    reasons.length === 0 &&
    graceUntil === null &&
    isEmpty(failing)
  );
}

function keyOf({ views: [view], mergedState, complianceState }: HeldPosture): string {
  return view === undefined
    ? `${mergedState}\n${complianceState}`
    : `${mergedState}\n${complianceState}\n${view.state}\n${view.connectorId}`;
}

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}
