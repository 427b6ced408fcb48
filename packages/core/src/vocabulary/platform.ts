import type { Platform } from './platforms.ts';
import { OTHER_PHONES, SYSTEM_NAMES, SYSTEM_PREFIXES, VAGUE_NAMES, type SystemKind } from './system-names.ts';

/** What the name of a system means. */
export interface SystemReading {
  readonly platform: Platform;
  /** false: the name is in no table, or is that of a phone without compliance policies. With `platform: 'unknown'` true: a known system that no compliance policy is for. */
  readonly known: boolean;
}

const UNREAD: SystemReading = { platform: 'unknown', known: false };
/** Longer than any name of a system. */
const MAX_NAME = 256;
/** A fleet has few names, each on many devices. They come from outside, so there is an end to how many are remembered. */
const READ = new Map<string, SystemReading>();
const MAX_READ = 10_000;

/**
 * Reads `managedDevice.operatingSystem`, a free string that managements fill in their own way ("iOS", " iPadOS 17.2", "Linux
 * (Android)", "Microsoft Windows 11 Pro"). Case, blanks, punctuation and digits mean nothing; whole words count, so that
 * "macaroni" is no Mac. The first known word counts, except that Android runs on Linux, and that a name with both iOS and
 * Android in it means neither. The name of a phone beside that of a system for computers makes it unknown, because no policy
 * for computers is meant for it; its platform stays that of the system.
 */
export function readSystem(operatingSystem: string): SystemReading {
  const read = READ.get(operatingSystem);
  if (read !== undefined) return read;
  const reading = readingOf(wordsOf(operatingSystem));
  if (READ.size >= MAX_READ) READ.clear();
  READ.set(operatingSystem, reading);
  return reading;
}

/** The platform behind `managedDevice.operatingSystem`; `unknown` for systems without compliance policies and for names in no table. */
export function platformOf(operatingSystem: string | null | undefined): Platform {
  return readSystem(operatingSystem ?? '').platform;
}

/** What names of one system have in common whatever their version and spelling: its words, in small letters; the text itself where it has none. */
export function systemNameKey(operatingSystem: string): string {
  return wordsOf(operatingSystem).join(' ') || operatingSystem.trim().slice(0, MAX_NAME);
}

function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, MAX_NAME)
    .toLowerCase()
    .split(/[^\p{L}\p{M}]/u)
    .filter((word) => word !== '');
}

function readingOf(words: readonly string[]): SystemReading {
  const kinds = kindsIn(words);
  const [first] = kinds;
  if (first === undefined || (kinds.includes('android') && kinds.includes('iOS'))) return UNREAD;
  const kind = first === 'linux' ? (kinds.find((other) => other !== 'linux') ?? first) : first;
  return {
    platform: kind === 'other' ? 'unknown' : kind,
    known: !(kind === 'linux' || kind === 'other') || !namesOtherPhone(words),
  };
}

function namesOtherPhone(words: readonly string[]): boolean {
  return words.some((word, i) => OTHER_PHONES.has(word) || OTHER_PHONES.has(`${word} ${words[i + 1]}`));
}

function kindsIn(words: readonly string[]): readonly SystemKind[] {
  const kinds: SystemKind[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] as string;
    const ofTwo = SYSTEM_NAMES.get(`${word} ${words[i + 1]}`);
    const kind = ofTwo ?? SYSTEM_NAMES.get(word) ?? SYSTEM_PREFIXES.find(([prefix]) => word.startsWith(prefix))?.[1];
    if (kind !== undefined) kinds.push(kind);
    if (ofTwo !== undefined) i += 1;
  }
  if (kinds.length > 0) return kinds;
  return words.flatMap((word) => VAGUE_NAMES.get(word) ?? []);
}
