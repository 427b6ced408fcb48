import { describe, expect, test } from 'vitest';
import { word, words } from './arguments.ts';
import { editDistance } from './did-you-mean.ts';
import { alone, flagName, oneOf, onOff, requiredText, text, texts, wholeNumber } from './flags.ts';
import { parseLine } from './parse-line.ts';

const FLAGS = {
  name: requiredText('NAME', 'What it is called'),
  filter: text('ODATA', 'A filter'),
  member: texts('USER', 'Who is in it'),
  dryRun: alone('Change nothing'),
  state: oneOf(['open', 'closed'], 'How it is'),
  android: onOff('On Android'),
  top: wholeNumber('COUNT', 'How many', [1, 10]),
  file: text('FILE', 'Where it is'),
};
const parse = (
  line: string,
  args = {},
): { args: Readonly<Record<string, unknown>>; flags: Readonly<Record<string, unknown>> } =>
  parseLine(line.split(' ').filter(Boolean), args, FLAGS);

describe('flags', () => {
  test('are read in any order, with a space or an equals sign', () => {
    expect(parse('--top=3 --name A --member x --dry-run --member=y --state CLOSED --android off -f -').flags).toEqual({
      name: 'A',
      filter: undefined,
      member: ['x', 'y'],
      dryRun: true,
      state: 'closed',
      android: false,
      top: 3,
      file: '-',
    });
  });

  test.each([
    ['--nmae A', 'There is no flag --nmae here. Did you mean --name?'],
    ['--name A --name B', '--name is there more than once.'],
    ['--name', '--name needs a value: --name NAME'],
    ['--name --dry-run', '--name needs a value: --name NAME'],
    ['--name=', '--name needs a value: --name NAME'],
    ['', '--name NAME is missing: what it is called'],
    ['--name A --dry-run=yes', '--dry-run stands alone and takes no value.'],
    ['--name A --state ajar', '--state must be one of open, closed, not "ajar".'],
    ['--name A --android maybe', '--android must be on or off, not "maybe".'],
    ['--name A --top 11', '--top must be a whole number from 1 to 10, not "11".'],
    ['--name A --top 1e1', '--top must be a whole number from 1 to 10, not "1e1".'],
    ['--name A extra', '"extra" is not expected here.'],
  ])('"%s" is refused: %s', (line, message) => {
    expect(() => parse(line)).toThrow(message);
  });

  test('a value may begin with one dash, and after -- everything is a word', () => {
    expect(parse('--name -1').flags.name).toBe('-1');
    expect(parseLine(['--name', 'A', '--', '--filter'], { rest: words('WORD', 'A word') }, FLAGS).args.rest).toEqual([
      '--filter',
    ]);
  });

  test('names of flags are made from their keys', () => expect(flagName('clientAppType')).toBe('--client-app-type'));
});

describe('words', () => {
  test('are given out by their place', () => {
    expect(parse('a --name A b c', { first: word('FIRST', 'One'), rest: words('REST', 'More') }).args).toEqual({
      first: 'a',
      rest: ['b', 'c'],
    });
  });

  test('that are missing are told by name', () => {
    expect(() => parse('--name A', { first: word('FIRST', 'the first one') })).toThrow(
      'FIRST is missing: the first one',
    );
    expect(() => parse('a --name A', { first: word('FIRST', 'One'), rest: words('REST', 'more of them') })).toThrow(
      'REST... is missing: more of them',
    );
  });
});

test('a swap of neighbours counts as one mistake', () => {
  expect(editDistance('lsit', 'list')).toBe(1);
  expect(editDistance('', 'abc')).toBe(3);
  expect(editDistance('device', 'device')).toBe(0);
});
