import { Misfit } from './edm-values.ts';
import { membersOf, modelEnum, type GraphVersion, type ModelEnum } from './model.ts';

/** What an answer says in place of a member that the caller may not know. */
const SENTINEL = 'unknownFutureValue';

/**
 * A member's name, in any letter case (real clients send `Android` and `iOS`), as the schema spells it. For a
 * flags enum: several names with commas, answered in the schema's order, as Graph stores them.
 *
 * @param hidden what the caller was shown as `unknownFutureValue`, which stands for just these when it is sent back
 */
export function parseEnumValue(
  enumName: string,
  value: unknown,
  version: GraphVersion,
  hidden: readonly string[] = [],
): unknown {
  const anEnum = requireEnum(enumName);
  const members = shownMembers(anEnum, version).filter((member) => member !== SENTINEL);
  const misfit = new Misfit(
    `${anEnum.flags === true ? 'one or several, with commas, of' : 'one of'} ${members.join(', ')}`,
  );
  if (typeof value !== 'string' || value.length > 2048) return misfit;
  const words = anEnum.flags === true ? value.split(',').map((word) => word.trim()) : [value];
  const found = words.flatMap((word): readonly (string | undefined)[] =>
    isSentinel(word) && hidden.length > 0
      ? hidden
      : [members.find((member) => member.toLowerCase() === word.toLowerCase())],
  );
  if (found.includes(undefined)) return misfit;
  return anEnum.members.filter((member) => found.includes(member)).join(',');
}

/** What answers of a version show can be sent back to it: a version without the sentinel hides nothing. */
function shownMembers(anEnum: ModelEnum, version: GraphVersion): readonly string[] {
  const members = membersOf(anEnum, version);
  return members.includes(SENTINEL) ? members : anEnum.members;
}

/** Whether it is the word that an answer shows in place of a member that the caller may not know. */
export function isSentinel(value: unknown): boolean {
  return typeof value === 'string' && value.toLowerCase() === SENTINEL.toLowerCase();
}

/** The members of a stored value, or of a list of them, that a caller of `version` is shown as `unknownFutureValue`. */
export function hiddenMembers(enumName: string, stored: unknown, version: GraphVersion): readonly string[] {
  const anEnum = requireEnum(enumName);
  const values: readonly unknown[] = Array.isArray(stored) ? stored : [stored];
  return values
    .flatMap((value) => (typeof value === 'string' ? value.split(',') : []))
    .filter((member) => isHidden(anEnum, member, version));
}

/** A stored value as a caller of `version` may see it; `late`: they sent `Prefer: include-unknown-enum-members`. */
export function renderEnumValue(enumName: string, value: unknown, version: GraphVersion, late: boolean): unknown {
  const anEnum = requireEnum(enumName);
  if (typeof value !== 'string' || late) return value;
  const hidden = (member: string): boolean => isHidden(anEnum, member, version);
  if (anEnum.flags !== true) return hidden(value) ? SENTINEL : value;
  const members = value.split(',');
  const shown = members.filter((member) => !hidden(member));
  return (shown.length === members.length ? shown : [...shown, SENTINEL]).join(',');
}

/** An enum without the sentinel in that version cannot hide anything. */
function isHidden(anEnum: ModelEnum, member: string, version: GraphVersion): boolean {
  if (!membersOf(anEnum, version).includes(SENTINEL)) return false;
  return (
    (anEnum.late?.includes(member) ?? false) || (version === 'v1.0' && (anEnum.betaOnly?.includes(member) ?? false))
  );
}

function requireEnum(name: string): ModelEnum {
  const anEnum = modelEnum(name);
  if (anEnum === undefined) throw new Error(`The Graph model has no enum ${name}.`);
  return anEnum;
}
