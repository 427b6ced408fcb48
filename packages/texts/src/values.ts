import type english from './languages/en.json';

type PathsOf<Table, Path extends string = ''> = {
  [Name in keyof Table & string]: Table[Name] extends string
    ? `${Path}${Name}`
    : PathsOf<Table[Name], `${Path}${Name}.`>;
}[keyof Table & string];

/** The path of a message in the file of its language: `reasons.device_unknown.title`. */
export type MessageKey = PathsOf<(typeof english)['messages']>;

/** What kind of thing a device is, as far as its system tells. */
export type DeviceNoun = 'phone' | 'tablet' | 'computer' | 'other';

/** Words of a stranger (a partner, or whoever named a network): in no language that we know, and never ours. */
export interface ForeignWords {
  readonly words: string;
}

/** A point in time, told in a zone (an IANA name); UTC where there is none, or no such zone. */
export interface Moment {
  readonly at: Date;
  readonly timeZone: string | undefined;
}

/** A category of findings, by its name in the language of the message. */
export interface CategoryName {
  readonly key: Extract<MessageKey, `categories.${string}`>;
}

/** The device and the apps that a text is about. An app whose name is not known is called by a noun of the language. */
export type AboutDevice = {
  readonly device: DeviceNoun;
  /** As the person sees it on the phone. */
  readonly app: string | undefined;
  readonly managementApp: string | undefined;
};

export type Value = string | number | undefined | readonly string[] | ForeignWords | Moment | CategoryName;

const DEVICE: AboutDevice = { device: 'phone', app: 'Lookout for Work', managementApp: 'Company Portal' };
const VERSIONS = { actual: '16.7.10', required: '17.4.1' };
const DAYS = { days: 30 };

/**
 * What stands in the messages of a group, or in one message: an example, from which the types of the parameters are taken
 * and which the tests fill in. A message that is in no group here has no parameters.
 */
export const EXAMPLES = {
  reasons: DEVICE,
  found: DEVICE,
  advice: DEVICE,
  returns: DEVICE,
  held: DEVICE,
  'held.name': { ...DEVICE, title: { words: 'Trojan in “Free Torch”' } as ForeignWords | CategoryName },
  'held.returns': { ...DEVICE, ...DAYS },
  'details.name': { ...DEVICE, title: { words: 'Network attack: Cafe' } as ForeignWords },
  'details.risk': { risk: 'medium' as 'low' | 'medium' | 'high' },
  'details.versionTooOld': VERSIONS,
  'details.versionTooNew': VERSIONS,
  'details.notHeardFor': { ...DEVICE, ...DAYS },
  'details.stillWorksUntil': {
    until: { at: new Date('2026-09-30T10:30:00.000Z'), timeZone: 'Europe/Stockholm' } as Moment,
  },
  'partner.advice': {
    ...DEVICE,
    words: { words: 'Leave the network “Cafe”' } as ForeignWords,
    isSentence: 'no' as 'yes' | 'no',
  },
  'help.contact': { ways: ['IT Service', '+46 8 123 45 67'] as readonly string[] },
} satisfies Partial<Record<MessageKey | GroupOf<MessageKey>, Readonly<Record<string, Value>>>>;

type GroupOf<Key extends MessageKey> = Key extends `${infer Group}.${string}` ? Group : never;
type Examples = typeof EXAMPLES;
/** Where the example of a message stands. */
type PlaceOf<Key extends MessageKey> = Key extends keyof Examples
  ? Key
  : GroupOf<Key> extends keyof Examples
    ? GroupOf<Key>
    : 'plain';
type KeysAt<Place> = { [Key in MessageKey]: PlaceOf<Key> extends Place ? Key : never }[MessageKey];

/** What is to be said: the key of a message and its parameters. */
export type Message =
  | { readonly key: KeysAt<'plain'> }
  | { [Place in keyof Examples]: { readonly key: KeysAt<Place> } & Readonly<Examples[Place]> }[keyof Examples];
