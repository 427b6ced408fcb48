import { expect, test } from 'vitest';
import { listOfJsonLines, parsedType } from './json-lines.ts';

test.each([
  ['{"a":1}\n{"b":"é 🛜"}\n', '[{"a":1},{"b":"é 🛜"}]'],
  ['{"a":1}\r\n\r\n  {"b":2}', '[{"a":1},{"b":2}]'],
  ['{"a":1}\n', '{"a":1}\n'],
  ['{\n "a": {\n  "b": 1\n }\n}', '{\n "a": {\n  "b": 1\n }\n}'],
  ['[\n{"a":1},\n{"b":2}\n]', '[\n{"a":1},\n{"b":2}\n]'],
  ['{"a":1}\nnonsense', '[{"a":1},null]'],
  ['{"a":\n{"b":2}\n{"c":}\n{"d":', '[null,{"b":2},null,null]'],
  ['{"a":1}\n[{"b":2}]\n7', '[{"a":1},null,null]'],
  ['[\n{"a":1},\n{"b":2}\n', '[null,null,{"b":2}]'],
  ['nonsense\nand more', 'nonsense\nand more'],
  ['', ''],
])('%j is parsed as %j', (body, expected) => {
  expect(listOfJsonLines(Buffer.from(body)).toString()).toBe(expected);
});

test('bytes that are no UTF-8 stay what they are', () => {
  const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{}')]);
  expect(listOfJsonLines(body).includes(0xff)).toBe(true);
});

test.each([
  ['application/x-ndjson', 'application/json'], ['application/NDJSON; charset=utf-8', 'application/json'], ['text/plain', 'application/json'],
  ['application/json', 'application/json'], ['text/html', 'text/html'], ['application/xjsonlines+evil', 'application/xjsonlines+evil'],
  [undefined, 'application/json'], ['', 'application/json'], ['application/octet-stream', 'application/json'], ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
])('the type %s is parsed as %s', (type, expected) => {
  expect(parsedType(type)).toBe(expected);
});
