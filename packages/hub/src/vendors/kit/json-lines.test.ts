import { expect, test } from 'vitest';
import { listOfJsonLines, parsedType } from './json-lines.ts';

const BOM = '\ufeff';

test.each([
  ['{"a":1}\n{"b":"é 🛜"}\n', '[{"a":1},{"b":"é 🛜"}]'],
  ['{"a":1}\r\n\r\n  {"b":2}', '[{"a":1},{"b":2}]'],
  ['{"a":1}\r{"b":2}\r', '[{"a":1},{"b":2}]'],
  ['{"a":1}\r\n{"b":2}\n{"c":3}\r{"d":4}', '[{"a":1},{"b":2},{"c":3},{"d":4}]'],
  [`${BOM}{"a":1}\n{"b":2}`, '[{"a":1},{"b":2}]'],
  [`${BOM}{"a":1}\r\n${BOM}{"b":2}\r\n${BOM}`, '[{"a":1},{"b":2}]'],
  [`{"a":"${BOM}"}\n  ${BOM}{"b":2}`, `[{"a":"${BOM}"},{"b":2}]`],
  ['\u001e{"a":1}\n\u001e{"b":2}\n', '[{"a":1},{"b":2}]'],
  [`${BOM}{"a":1}`, '{"a":1}'],
  [`${BOM}[\r\n{"a":1},\r\n{"b":2}\r\n]`, `${BOM}[\r\n{"a":1},\r\n{"b":2}\r\n]`],
  ['{"a":1}\n[{"b":2},{"c":3}]\n[ ]', '[{"a":1},{"b":2},{"c":3}]'],
  ['{"a":1}\n', '{"a":1}'],
  ['{\n "a": {\n  "b": 1\n }\n}', '{\n "a": {\n  "b": 1\n }\n}'],
  ['[\n{"a":1},\n{"b":2}\n]', '[\n{"a":1},\n{"b":2}\n]'],
  ['nonsense\nand more', 'nonsense\nand more'],
  ['', ''],
])('%j is parsed as %j', (body, expected) => {
  const read = listOfJsonLines(Buffer.from(body));
  expect([read.body.toString(), read.unreadable]).toEqual([expected, []]);
});

test.each([
  ['{"a":1}\nnonsense', '[{"a":1},null]', [2]],
  ['{"a":\n\n{"b":2}\n{"c":}\n{"d":', '[null,{"b":2},null,null]', [1, 4, 5]],
  ['{"a":1}\n[{"b":2}]\n7', '[{"a":1},{"b":2},null]', [3]],
  ['[\n{"a":1},\n{"b":2}\n', '[null,null,{"b":2}]', [1, 2]],
  ['{"a":1}\n{"b":"à', '[{"a":1},null]', [2]],
])('of %j the lines that are JSON are parsed as %j, and the others are named', (body, expected, unreadable) => {
  const read = listOfJsonLines(Buffer.from(body));
  expect([read.body.toString(), read.unreadable]).toEqual([expected, unreadable]);
});

test('bytes that are no UTF-8 stay what they are', () => {
  const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n{}')]);
  expect(listOfJsonLines(body).body.includes(0xff)).toBe(true);
});

test.each([
  ['application/x-ndjson', 'application/json'],
  ['application/json-seq', 'application/json'],
  ['application/NDJSON; charset=utf-8', 'application/json'],
  ['text/plain', 'application/json'],
  ['application/json', 'application/json'],
  ['text/html', 'text/html'],
  ['application/xjsonlines+evil', 'application/xjsonlines+evil'],
  [undefined, 'application/json'],
  ['', 'application/json'],
  ['application/octet-stream', 'application/json'],
  ['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded'],
])('the type %s is parsed as %s', (type, expected) => {
  expect(parsedType(type)).toBe(expected);
});
