import { expect, test } from 'vitest';
import type { LevelWord, WatchWord } from './posture-of-words.ts';
import { postureOfWords } from './posture-of-words.ts';

const LEVELS: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([
  ['GREEN', 'secured'],
  ['YELLOW', 'medium'],
  ['RED', 'high'],
  ['GREY', 'none'],
]);
const WATCH: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([
  ['ON', 'ok'],
  ['OFF', 'deactivated'],
  ['LOST', 'unresponsive'],
  ['STARTING', 'activated'],
]);
const PINK = {
  flag: 'unknown colour "PINK"',
  unknownTerms: [{ field: 'colour', value: 'PINK', about: 'level' }],
} as const;
const MAYBE = {
  flag: 'unknown switch "MAYBE"',
  unknownTerms: [{ field: 'switch', value: 'MAYBE', about: 'protection' }],
} as const;

function posture(levels: readonly (string | undefined)[], ...watch: readonly (string | undefined)[]) {
  return postureOfWords(
    levels.map((told) => ({ field: 'colour', told, means: LEVELS })),
    watch.map((told) => ({ field: 'switch', told, means: WATCH })),
  );
}

test.each([
  ['the level counts while the app works', ['GREEN'], ['ON'], { state: 'secured' }],
  ['the worst of several levels counts', ['GREEN', 'RED', 'YELLOW'], ['ON'], { state: 'highSeverity' }],
  ['nothing told is nothing said', [undefined], [undefined], {}],
  ['a word that says nothing is no level', ['GREY'], ['ON'], {}],
  ['an app that is off outranks every level', ['RED'], ['OFF'], { state: 'deactivated' }],
  ['off outranks lost, in any order', ['GREEN'], ['LOST', 'OFF'], { state: 'deactivated' }],
  ['a lost device stays as dangerous as it was', ['RED'], ['LOST'], { state: 'highSeverity' }],
  ['a lost device is not secured', ['GREEN'], ['LOST'], { state: 'unresponsive' }],
  ['an app that is being set up is not secured', ['GREEN'], ['STARTING'], { state: 'activated' }],
  ['lost outranks being set up, in any order', ['GREEN'], ['STARTING', 'LOST'], { state: 'unresponsive' }],
  ['an unknown level is listed and says nothing', ['PINK'], ['ON'], { ...PINK }],
  ['an unknown word about the app is missing data', [undefined], ['MAYBE'], { state: 'unknown', ...MAYBE }],
  [
    'an unknown word beside green is missing data, never secured',
    ['GREEN'],
    ['MAYBE'],
    { state: 'unknown', understood: 'secured', ...MAYBE },
  ],
  [
    'an unknown level beside green leaves nothing that is understood',
    ['GREEN', 'PINK'],
    ['MAYBE'],
    { state: 'unknown', flag: PINK.flag, unknownTerms: [...PINK.unknownTerms, ...MAYBE.unknownTerms] },
  ],
  ['an unknown word beside red is listed, and red counts', ['RED'], ['MAYBE'], { state: 'highSeverity', ...MAYBE }],
  [
    'an unknown word beside lost is listed, and lost counts',
    ['GREEN'],
    ['MAYBE', 'LOST'],
    { state: 'unresponsive', ...MAYBE },
  ],
  [
    'an unknown word beside off is listed, and off counts',
    ['RED'],
    ['MAYBE', 'OFF'],
    { state: 'deactivated', ...MAYBE },
  ],
  ['one unknown of two levels is never secured', ['GREEN', 'PINK'], ['ON'], { ...PINK }],
  ['one unknown of two levels leaves the worse one', ['YELLOW', 'PINK'], ['ON'], { state: 'mediumSeverity', ...PINK }],
  [
    'both kinds of unknown words are listed, once each',
    ['PINK', 'PINK'],
    ['MAYBE'],
    { state: 'unknown', flag: PINK.flag, unknownTerms: [...PINK.unknownTerms, ...MAYBE.unknownTerms] },
  ],
] as const)('%s', (_, levels, watch, expected) => {
  expect(posture(levels, ...watch)).toEqual(expected);
});

test('an unknown word may be about the level although it stands beside those about the app', () => {
  expect(
    postureOfWords(
      [{ field: 'colour', told: 'GREEN', means: LEVELS }],
      [{ field: 'computed', told: 'HALF', means: WATCH, about: 'level' }],
    ),
  ).toEqual({ flag: 'unknown computed "HALF"', unknownTerms: [{ field: 'computed', value: 'HALF', about: 'level' }] });
});
