import IntlMessageFormat from 'intl-messageformat';
import { Catalogue } from './catalogue.ts';
import { LANGUAGE_FILES } from './catalogues.ts';
import { messagesOf, type LanguageFile } from './language-file.ts';
import { EXAMPLES, type DeviceNoun, type Message } from './values.ts';

/** What a language has to hold to; the same for all, so that adding one is adding its file. */

type Elements = ReturnType<IntlMessageFormat['getAst']>;

/** How long a message is at most with everything filled in, in characters, by the first pattern that its key fits. */
const LIMITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:reasons\..*\.title|held\.title|helpPage\.title|doorPages\.remediation|doorPages\..*\.title)$/u, 70],
  [/^categories\./u, 70],
  [/^reasons\..*\.step$/u, 240],
  [/^partner\.advice$/u, 120],
  [/^helpPage\.why$/u, 320],
  [/./u, 220],
];

/** What is not a sentence: titles and names have no end mark, and a lead ends with a colon. */
const WITHOUT_END = /\.title$|^categories\.|^help\.contact$|^doorPages\.remediation$/u;
const LEADS = /^(?:steps\.beforeThen|helpPage\.(?:still|languages))$/u;

const DEVICES: readonly DeviceNoun[] = ['phone', 'tablet', 'computer', 'other'];

/** What is wrong with a language; nothing where it may be released. */
export function faultsOf(language: string, file: LanguageFile): readonly string[] {
  const english = messagesOf(LANGUAGE_FILES.get('en') as LanguageFile);
  const messages = messagesOf(file);
  const missing = [...english.keys()].filter((key) => !messages.has(key)).map((key) => `${key}: is missing`);
  const unknown = [...messages.keys()].filter((key) => !english.has(key)).map((key) => `${key}: is not in English`);
  const faults = [...tagFaults(language, file), ...missing, ...unknown];
  if (faults.length > 0) return faults;
  const catalogue = new Catalogue(language, file);
  return [...messages].flatMap(([key, message]) => {
    const structure = structureFaults(message, english.get(key) as string, file);
    const found = structure.length > 0 ? structure : spokenFaults(key as Message['key'], catalogue, file);
    const isEnglish = !language.startsWith('en') && isSentence(message) && message === english.get(key);
    return [...found, ...(isEnglish ? ['is English'] : [])].map((fault) => `${key}: ${fault}`);
  });
}

function tagFaults(language: string, { locale }: LanguageFile): readonly string[] {
  return [
    ...(Intl.getCanonicalLocales(language)[0] === language ? [] : [`${language} is no tag in its usual form`]),
    ...(new Intl.Locale(locale).language === new Intl.Locale(language).language
      ? []
      : [`${locale} is another language`]),
    ...(Intl.PluralRules.supportedLocalesOf(locale).length === 1 ? [] : [`Intl does not know ${locale}`]),
  ];
}

function isSentence(message: string): boolean {
  return / \p{L}+ \p{L}+ /u.test(message);
}

/** The parameters of English, and every plural category of the language. */
function structureFaults(message: string, english: string, file: LanguageFile): readonly string[] {
  const own = argumentsOf(message);
  const theirs = argumentsOf(english);
  const categories = new Intl.PluralRules(file.locale).resolvedOptions().pluralCategories.toSorted().join();
  return [
    ...compared('parameters', withoutNouns(own, file), withoutNouns(theirs, LANGUAGE_FILES.get('en') as LanguageFile)),
    ...compared(
      'selects',
      own.flatMap(({ select }) => select ?? []),
      theirs.flatMap(({ select }) => select ?? []),
    ),
    ...own.flatMap(({ name, plural }) =>
      plural === undefined || plural === categories ? [] : [`the plural of ${name} has ${plural}, not ${categories}`],
    ),
  ];
}

interface Argument {
  readonly name: string;
  /** Its plural categories, sorted. */
  readonly plural?: string;
  /** The name with its options, sorted. */
  readonly select?: string;
}

function argumentsOf(message: string): readonly Argument[] {
  return argumentsIn(new IntlMessageFormat(message, 'en', undefined, { ignoreTag: true }).getAst());
}

function argumentsIn(elements: Elements): readonly Argument[] {
  return elements.flatMap((element): readonly Argument[] => {
    if (element.type === 0 || element.type === 7) return [];
    const { value: name } = element as { readonly value: string };
    if (element.type !== 5 && element.type !== 6) return [{ name }];
    const options = Object.keys(element.options)
      .filter((option) => !option.startsWith('='))
      .toSorted()
      .join();
    return [
      element.type === 5 ? { name, select: `${name}: ${options}` } : { name, plural: options },
      ...Object.values(element.options).flatMap(({ value }) => argumentsIn(value)),
    ];
  });
}

/** Grammar decides how often a noun stands in a sentence, and in which form. */
function withoutNouns(all: readonly Argument[], { nouns }: LanguageFile): readonly string[] {
  const forms = new Set(Object.values(nouns).flatMap((table) => Object.keys(table)));
  return all.map(({ name }) => name).filter((name) => !forms.has(name.charAt(0).toLowerCase() + name.slice(1)));
}

function compared(what: string, own: readonly string[], english: readonly string[]): readonly string[] {
  const [here, there] = [own, english].map((names) => [...new Set(names)].toSorted().join('; '));
  return here === there ? [] : [`has the ${what} "${here}", English has "${there}"`];
}

/** With everything filled in, for every kind of device, with names of apps and without. */
function spokenFaults(key: Message['key'], catalogue: Catalogue, { never }: LanguageFile): readonly string[] {
  const forbidden = new RegExp(never.join('|'), 'iu');
  const limit = LIMITS.find(([pattern]) => pattern.test(key))?.[1] ?? 0;
  return [
    ...new Set(
      examplesOf(key).flatMap((message) => {
        const text = catalogue.say(message);
        return [
          ...(text.length <= limit ? [] : [`has ${text.length} characters, not ${limit}`]),
          ...(/[{}[\]]|undefined|\s{2}|^\s|\s$|\.\.|^$/u.test(text) ? [`is not whole: ${text}`] : []),
          ...(/^[\p{Lu}\p{Lo}\p{N}“”„‘«]/u.test(text) || text.startsWith('iVerify')
            ? []
            : [`does not begin like a sentence: ${text}`]),
          ...(endsWell(key, text) ? [] : [`ends wrongly: ${text}`]),
          ...(never.length > 0 && forbidden.test(text) ? [`says "${forbidden.exec(text)?.[0]}"`] : []),
        ];
      }),
    ),
  ];
}

function endsWell(key: string, text: string): boolean {
  if (LEADS.test(key)) return text.endsWith(':');
  return WITHOUT_END.test(key) ? /[^.:!?…。]$/u.test(text) : /[.?!…。”’»“]$/u.test(text);
}

export function examplesOf(key: Message['key']): readonly Message[] {
  const [group = ''] = key.split('.');
  const example: object =
    Object.entries(EXAMPLES).find(([name]) => name === key)?.[1] ??
    Object.entries(EXAMPLES).find(([name]) => name === group)?.[1] ??
    {};
  const variants: readonly object[] =
    'device' in example
      ? DEVICES.flatMap((device) => [
          { device },
          { device, app: 'iVerify', managementApp: undefined },
          { device, app: undefined, managementApp: undefined },
        ])
      : 'risk' in example
        ? [{ risk: 'low' }, { risk: 'medium' }, { risk: 'high' }]
        : [{}];
  const days: readonly object[] =
    'days' in example ? [{ days: 1 }, { days: 2 }, { days: 5 }, { days: 30 }, { days: 1_000_000 }] : [{}];
  return variants.flatMap((variant) => days.map((count) => ({ key, ...example, ...variant, ...count }) as Message));
}
