import { XMLParser } from 'fast-xml-parser';

/** A value of a property list. Dictionaries are maps, so that no key can mean anything to JavaScript. */
export type PlistValue = string | number | boolean | Uint8Array | readonly PlistValue[] | PlistDict;
export type PlistDict = ReadonlyMap<string, PlistValue>;

/** What is no property list, or not one in XML. Its message says nothing of what is in it. */
export class PlistError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PlistError';
  }
}

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: true,
  htmlEntities: true,
});

type Node = Readonly<Record<string, unknown>>;

/** Apple's other form of property lists, which no device answers commands with. */
export function isBinary(text: string): boolean {
  return text.startsWith('bplist');
}

/**
 * Reads an XML property list (Apple's PropertyList-1.0 DTD), strictly: a list that was cut off must not read as
 * one with fewer apps.
 *
 * @throws PlistError
 */
export function parsePlist(text: string): PlistValue {
  if (isBinary(text)) throw new PlistError('It is a binary property list; devices send XML.');
  // Entities of its own could make a short document a huge one; no device sends any.
  if (/<!ENTITY/i.test(text)) throw new PlistError('It declares entities.');
  const nodes = elements(parsed(text));
  const [plist] = nodes;
  if (plist?.name !== 'plist' || nodes.length !== 1) throw new PlistError('It is no property list.');
  return onlyValue(plist.content);
}

function parsed(text: string): unknown {
  try {
    return parser.parse(text, true);
  } catch {
    // The parser's own message may quote the document.
    throw new PlistError('It is not well-formed XML.');
  }
}

interface Element {
  readonly name: string;
  readonly content: unknown;
}

/** The elements of a list of nodes; between them there is only white space. */
function elements(nodes: unknown): readonly Element[] {
  if (!Array.isArray(nodes)) throw new PlistError('It is no property list.');
  return (nodes as readonly Node[]).flatMap((node) => {
    const [entry] = Object.entries(node).filter(([name]) => name !== ':@');
    const [name, content] = entry ?? ['#text', ''];
    if (name !== '#text') return [{ name, content }];
    if (String(content).trim() !== '') throw new PlistError('There is text where only elements may be.');
    return [];
  });
}

function onlyValue(nodes: unknown): PlistValue {
  const [value, ...more] = elements(nodes);
  if (value === undefined || more.length > 0) throw new PlistError('It must hold one value.');
  return valueOf(value);
}

function valueOf({ name, content }: Element): PlistValue {
  switch (name) {
    case 'dict':
      return dictOf(elements(content));
    case 'array':
      return elements(content).map(valueOf);
    case 'string':
    case 'date':
      return textOf(content);
    case 'integer':
    case 'real':
      return numberOf(textOf(content).trim());
    case 'true':
    case 'false':
      return name === 'true';
    case 'data':
      return Uint8Array.from(Buffer.from(textOf(content).replace(/\s+/g, ''), 'base64'));
    default:
      throw new PlistError('It holds an element that property lists do not have.');
  }
}

function dictOf(content: readonly Element[]): PlistDict {
  const dict = new Map<string, PlistValue>();
  for (let i = 0; i < content.length; i += 2) {
    const key = content[i];
    const value = content[i + 1];
    if (key?.name !== 'key' || value === undefined)
      throw new PlistError('A dictionary does not alternate keys and values.');
    dict.set(textOf(key.content), valueOf(value));
  }
  return dict;
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) throw new PlistError('It is no property list.');
  return (nodes as readonly Node[])
    .map((node) => {
      if (!Object.hasOwn(node, '#text')) throw new PlistError('There are elements where only text may be.');
      return String(node['#text']);
    })
    .join('');
}

function numberOf(text: string): number {
  const value = text === '' ? Number.NaN : Number(text);
  if (Number.isNaN(value)) throw new PlistError('A number cannot be read.');
  return value;
}
