/** Far more than is ever shown; the rest is not looked at. */
const MOST_READ = 2_000;

/** What is not seen but changes how text around it is shown, searched or understood (Unicode general category Cf: directions, joiners, tags). */
const INVISIBLE = /\p{Cf}/gu;
const WHITE = /[\p{Cc}\s]+/gu;
/** More marks on one letter than any language puts there. */
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** A name that somebody chose (an app, a policy, a version), fit to stand in a text. `undefined`: nothing is left of it. */
export function nameWords(text: string | undefined, most = 80): string | undefined {
  const clean = visible(text ?? '');
  return clean === '' ? undefined : isolated(cutAtWord(clean, most));
}

function visible(text: string): string {
  return text
    .slice(0, MOST_READ)
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(PILED_MARKS, '$1')
    .replace(WHITE, ' ')
    .trim();
}

/**
 * What a stranger wrote (a partner; or whoever named a network or an app that it found), fit to be shown to a person as
 * a quotation: nothing invisible, addresses that no program makes a link of, no telephone numbers, no quotation marks
 * that could end ours, and at most `most` characters, cut at a sentence. `undefined`: nothing is left of it.
 */
export function foreignWords(text: string | undefined, most: number): string | undefined {
  const inert = withoutNumbers(withoutLinks(plainDots(visible(text ?? ''))))
    .replace(/[“”„‟«»]/gu, '"')
    .replace(/[‘’‚‛]/gu, "'");
  const cut = cutAtSentence(inert, most);
  return /[\p{L}\p{N}]/u.test(cut) ? isolated(cut) : undefined;
}

/** Dots that browsers read as one in an address (IDNA, RFC 3490 section 3.1); an ideographic full stop between ideographs ends a sentence. */
function plainDots(text: string): string {
  return text
    .replace(/[．｡․]/gu, '.')
    .replace(/(?<=[\p{Script=Latin}\p{N}])。(?=[\p{L}\p{N}])|(?<=[\p{L}\p{N}])。(?=[\p{Script=Latin}\p{N}])/gu, '.');
}

/** The address stays readable for whoever looks into it. */
function withoutLinks(text: string): string {
  return text
    .replace(/\b[a-z][a-z\d+-]{1,15}:\/\/(\S*)/giu, (_, rest: string) => rest.replace(/\.(?=\S)/gu, '[.]'))
    .replace(/\b(?:mailto|tel|sms|facetime|javascript|data|intent):/giu, '')
    .replace(/(?<![\p{N}.])\p{N}{1,3}(?:\.\p{N}{1,3}){3}(?=\/\S|:\p{N})/gu, (address) => address.replaceAll('.', '[.]'))
    .replace(/(?<=\S)[@＠](?=\S)/gu, '[@]')
    .replace(/(?<=[\p{L}\p{N}])\.(?=\p{L}{2})/gu, '[.]');
}

/** Digits in one go or in groups, as telephone numbers are written; no dates, and not the number of a CVE. */
const NUMBER =
  /(?<![\p{L}\p{N}.\p{Pd}])(?!\d{4}-\d\d-\d\d(?!\d))[+＋]?\(?\p{Nd}[\p{Nd} ()/\p{Pd}]{5,20}\p{Nd}(?![\p{L}\p{N}])/gu;
/** With dots, as versions and addresses are written too: behind a plus or a zero, or with the last two groups of a telephone number; no dates. */
const DOTTED_NUMBER =
  /(?<![\p{L}\p{N}.])(?!\p{Nd}\p{Nd}\.\p{Nd}\p{Nd}\.\p{Nd}{4}(?!\p{Nd}))(?:(?:[+＋]\p{Nd}|0)\p{Nd}{0,4}(?:\.\p{Nd}{2,5}){1,6}|[+＋]?(?:\p{Nd}{1,4}\.){1,4}\p{Nd}{3,4}\.\p{Nd}{4})(?![\p{L}\p{N}])/gu;
const FEWEST_DIGITS = 7;

function withoutNumbers(text: string): string {
  const hidden = (number: string): string => (number.replace(/\P{Nd}/gu, '').length < FEWEST_DIGITS ? number : '[…]');
  return text.replace(DOTTED_NUMBER, hidden).replace(NUMBER, hidden);
}

function cutAtSentence(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.max(...['. ', '! ', '? '].map((mark) => text.lastIndexOf(mark, most - 1)));
  return end > most / 3 ? text.slice(0, end + 1) : cutAtWord(text, most);
}

function cutAtWord(text: string, most: number): string {
  if (text.length <= most) return text;
  const space = text.lastIndexOf(' ', most - 1);
  return `${text
    .slice(0, space > most / 2 ? space : most - 1)
    .toWellFormed()
    .replace(/\ufffd$/u, '')
    .trimEnd()}…`;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** Words that are read from right to left leave the order of what stands around them as it is (Unicode UAX #9, isolates). */
function isolated(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}
