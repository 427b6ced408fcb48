import { expect, test } from 'vitest';
import type { LevelWord, WatchWord } from './posture-of-words.ts';
import { postureOfWords } from './posture-of-words.ts';

const LEVELS: ReadonlyMap<string, LevelWord> = new Map<string, LevelWord>([['GREEN', 'secured'], ['YELLOW', 'medium'], ['RED', 'high'], ['GREY', 'none']]);
const WATCH: ReadonlyMap<string, WatchWord> = new Map<string, WatchWord>([['ON', 'ok'], ['OFF', 'deactivated'], ['LOST', 'unresponsive']]);

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
  ['an unknown level is flagged and says nothing', ['PINK'], ['ON'], { flag: 'unknown colour "PINK"' }],
  ['an unknown word beside green is flagged, never secured', ['GREEN'], ['MAYBE'], { flag: 'unknown switch "MAYBE"' }],
  ['an unknown word beside red is flagged, and red counts', ['RED'], ['MAYBE'], { state: 'highSeverity', flag: 'unknown switch "MAYBE"' }],
  ['one unknown of two levels is never secured', ['GREEN', 'PINK'], ['ON'], { flag: 'unknown colour "PINK"' }],
] as const)('%s', (_, levels, watch, expected) => {
  expect(posture(levels, ...watch)).toEqual(expected);
});
