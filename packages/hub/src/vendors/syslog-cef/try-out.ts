import { HubError } from '@sallyport/contracts';
import type { TriedRecord, VendorTryOut } from '../vendor.ts';
import type { Frame, Unfinished } from './framing.ts';
import { FrameReader, MAX_LINE_BYTES } from './framing.ts';
import { readLine } from './read-line.ts';
import type { CefSettings } from './settings.ts';
import { cefTrySettings, problemOfMeaning } from './settings.ts';

const MAX_LINES = 100;
/** Nothing is stored, so it is nobody's. */
const NO_CONNECTOR = '';

/** The sample is a stream as it would come, read as the listener reads it; senders are identified by their connection, which a sample has not. */
export const cefTryOut: VendorTryOut = {
  settings: cefTrySettings,

  run(sample, _headers, given, now) {
    const settings = cefTrySettings.parse(given);
    const problem = problemOfMeaning(settings);
    if (problem !== undefined)
      throw new HubError('invalid_request', `settings.map ${problem}.`, { field: 'settings.map' });
    const stream = Buffer.from(sample, 'utf8');
    const placeOf = places(stream);
    const records = messagesIn(stream)
      .slice(0, MAX_LINES)
      .map((message) => ({ place: placeOf(message.at), ...tried(message, settings, now) }));
    return { authentication: undefined, records };
  },
};

type Message = Frame | Unfinished;

function messagesIn(stream: Buffer): readonly Message[] {
  const reader = new FrameReader(MAX_LINE_BYTES);
  const messages: Message[] = [...reader.push(stream)].filter(
    (message) => !('line' in message) || message.line.toString('utf8').trim() !== '',
  );
  // A last line without its end is taken: samples are copied from files and screens. The listener waits for the end.
  if (reader.unfinished !== undefined) messages.push(reader.unfinished);
  return messages;
}

function tried(
  message: Message,
  settings: Pick<CefSettings, 'preset' | 'map'>,
  now: number,
): Omit<TriedRecord, 'place'> {
  if ('line' in message) return readLine(message.line.toString('utf8'), settings, NO_CONNECTOR, now);
  if ('tooLong' in message) return unread(`is ${message.tooLong} bytes long; at most ${MAX_LINE_BYTES} are taken`);
  return unread(`is announced with ${message.missing} bytes more than there are`);
}

function unread(message: string): Omit<TriedRecord, 'place'> {
  return { signal: undefined, problems: [{ field: 'cef', path: '$', message }] };
}

/** Places for people, asked for in the order of the stream: `line 3`, or within a line `line 3, byte 140`. */
function places(stream: Buffer): (at: number) => string {
  let line = 1;
  let lineStart = 0;
  return (at) => {
    for (let end = stream.indexOf(0x0a, lineStart); end !== -1 && end < at; end = stream.indexOf(0x0a, lineStart)) {
      line += 1;
      lineStart = end + 1;
    }
    const before = stream.toString('utf8', lineStart, at).replace(/^\ufeff+/, '');
    return before === '' ? `line ${line}` : `line ${line}, byte ${at - lineStart + 1}`;
  };
}
