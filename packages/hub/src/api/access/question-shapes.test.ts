import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseJsonBody } from '../../http/json-body.ts';
import { QuestionShapes } from './question-shapes.ts';
import { parseEvaluation } from './question.ts';
import type { Evaluation, JsonObject } from './question.ts';

const QUESTION = {
  subject: { type: 'user', id: 'alice@example.com', properties: { device_id: '3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10' } },
  action: { name: 'access' },
  resource: { type: 'application', id: 'Exchange' },
  context: { ip: '10.0.0.1', client_app_type: 'browser' },
};
type Question = typeof QUESTION;
const asked = (user: string, app: string, device: string, ip: string): Question => ({
  ...QUESTION,
  subject: { ...QUESTION.subject, id: user, properties: { device_id: device } },
  resource: { type: 'application', id: app },
  context: { ...QUESTION.context, ip },
});

/** What the long way makes of it; `undefined`: it refuses. */
function meaning(text: string): Evaluation | undefined {
  try {
    return parseEvaluation(parseJsonBody(Buffer.from(text, 'latin1')) as JsonObject);
  } catch {
    return undefined;
  }
}

function shapesOf(...texts: string[]): QuestionShapes {
  const shapes = new QuestionShapes();
  for (const text of texts) {
    const known = meaning(text);
    // Learnt is the first that was unknown, and then each sixteenth.
    if (known !== undefined) for (let i = 0; i < 16; i += 1) shapes.learn(text, known);
  }
  return shapes;
}

test('a question of a known shape is read from its text', () => {
  const text = JSON.stringify(asked('bob@example.com', 'Teams', 'other', '2001:db8::1'));
  expect(shapesOf(JSON.stringify(QUESTION)).read(text)).toEqual(meaning(text));
});

test('one of another shape is not, until that was learnt too', () => {
  const text = JSON.stringify(QUESTION, null, 2);
  expect(shapesOf(JSON.stringify(QUESTION)).read(text)).toBeUndefined();
  const shapes = shapesOf(JSON.stringify(QUESTION), text);
  expect(shapes.read(text)).toEqual(meaning(text));
  expect(shapes.read(JSON.stringify(QUESTION))).toEqual(meaning(JSON.stringify(QUESTION)));
});

test('shapes are few: the one not used for longest is forgotten', () => {
  const texts = Array.from({ length: 10 }, (_, i) => JSON.stringify({ ...QUESTION, action: { name: `do-${i}` } }));
  expect(texts.map((text) => shapesOf(...texts).read(text) !== undefined)).toEqual([
    false,
    false,
    ...texts.slice(2).map(() => true),
  ]);
});

test.each([
  ['an address that is none', JSON.stringify(asked('a', 'b', 'c', '10.0.0.256'))],
  ['a backslash', JSON.stringify(asked('a"b', 'b', 'c', '10.0.0.1'))],
  ['a line break', JSON.stringify(QUESTION).replace('alice', 'al\nice')],
  ['bytes beyond ASCII', Buffer.from(JSON.stringify(asked('åsa', 'b', 'c', '10.0.0.1'))).toString('latin1')],
  ['a value that is no text', JSON.stringify(QUESTION).replace('"Exchange"', 'null')],
  ['something behind it', `${JSON.stringify(QUESTION)}x`],
  ['something missing', JSON.stringify(QUESTION).slice(0, -1)],
])('%s is left to the long way', (_, text) => {
  expect(shapesOf(JSON.stringify(QUESTION)).read(text)).toBeUndefined();
});

test('a value that occurs twice is no sign of where it stands', () => {
  const twice = JSON.stringify(asked('same', 'same', 'c', '10.0.0.1'));
  expect(shapesOf(twice).read(JSON.stringify(asked('one', 'two', 'c', '10.0.0.1')))).toBeUndefined();
  expect(
    shapesOf(JSON.stringify(asked('user', 'Teams', 'c', '10.0.0.1'))).read(
      JSON.stringify(asked('eve', 'Teams', 'c', '10.0.0.1')),
    ),
  ).toBeUndefined();
});

test('whatever was learnt, what is read is what the long way reads', () => {
  const word = fc.constantFrom(
    '',
    'a',
    'user',
    'alice@example.com',
    ':',
    ',',
    '}',
    '{"',
    'id',
    'å',
    'x y',
    '\\',
    '"',
    '\n',
    '\0',
    '10.0.0.1',
    '::1',
  );
  const ip = fc.constantFrom('10.0.0.1', '::1', '10.0.0.256', 'a', '');
  const question = fc.tuple(word, word, word, ip).map(([user, app, device, from]) => asked(user, app, device, from));
  const text = fc
    .tuple(question, fc.constantFrom(undefined, 1), fc.constantFrom('all', 'no device', 'no ip', 'twice'))
    .map(([q, indent, kind]) => {
      const object: unknown =
        kind === 'no device'
          ? { ...q, subject: { type: 'user', id: q.subject.id } }
          : kind === 'no ip'
            ? { ...q, context: { language: 'sv' } }
            : q;
      const json = JSON.stringify(object, null, indent);
      return Buffer.from(
        kind === 'twice' ? `{"resource":{"type":"application","id":"first"},${json.slice(1)}` : json,
      ).toString('latin1');
    });
  /** With some bytes of it changed, inserted or taken away. */
  const spoilt = fc
    .tuple(
      text,
      fc.nat(),
      fc.nat({ max: 3 }),
      fc.constantFrom('', '"', '\\', '{', '}', ',', ':', ' ', '\n', '\0', '\xff', 'x', '"a":"b",'),
    )
    .map(
      ([whole, at, skip, inserted]) =>
        whole.slice(0, at % whole.length) + inserted + whole.slice((at % whole.length) + skip),
    );
  /** Often one that can be learnt for certain. */
  const known = fc.oneof(
    text,
    spoilt,
    fc.tuple(fc.constantFrom(undefined, 1), fc.boolean()).map(([indent, twice]) => {
      const json = JSON.stringify(QUESTION, null, indent);
      return twice ? `{"resource":{"type":"application","id":"first"},${json.slice(1)}` : json;
    }),
  );
  fc.assert(
    fc.property(
      fc.array(known, { minLength: 1, maxLength: 3 }),
      fc.array(fc.oneof(text, spoilt), { minLength: 1, maxLength: 5 }),
      (learnt, others) => {
        const shapes = shapesOf(...learnt);
        for (const other of [...others, ...learnt]) {
          const found = shapes.read(other);
          if (found !== undefined) expect(found).toEqual(meaning(other));
        }
      },
    ),
    { numRuns: 1_000 },
  );
});
