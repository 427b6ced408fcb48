import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SseEvent } from './sse.ts';
import { sseEvents } from './sse.ts';

async function eventsOf(...chunks: readonly (string | Uint8Array)[]): Promise<readonly SseEvent[]> {
  async function* bytes() {
    for (const chunk of chunks) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
  }
  const events: SseEvent[] = [];
  for await (const event of sseEvents(bytes())) events.push(event);
  return events;
}

describe('the events in a stream', () => {
  test('are read with name, data, id and retry time', async () => {
    expect(await eventsOf('id:7\nevent:events\ndata:{"a":\ndata: 1}\n\nevent:end\nretry:2500\n\n')).toEqual([
      { name: 'events', data: '{"a":\n1}', id: '7', retryMs: undefined },
      { name: 'end', data: '', id: '7', retryMs: 2500 },
    ]);
  });

  test('are not disturbed by comments, unknown fields and garbage between them', async () => {
    expect(await eventsOf(': hello\n\n\u0001garbage\nfoo:bar\ndata:x\nretry:soon\n\n')).toEqual([
      { name: 'message', data: 'x', id: undefined, retryMs: undefined },
    ]);
  });

  test('end with whatever line end the server likes', async () => {
    const expected = await eventsOf('data:a\n\ndata:b\n\n');
    expect(await eventsOf('data:a\r\n\r\ndata:b\r\n\r\n')).toEqual(expected);
    expect(await eventsOf('data:a\r\rdata:b\r\r')).toEqual(expected);
    expect(await eventsOf('\ufeffdata:a\r', '\n\r', '\ndata:b\r\n\r\n')).toEqual(expected);
  });

  test('are left out when they were cut', async () => {
    expect(await eventsOf('data:a\n\ndata:b\n')).toHaveLength(1);
    expect(await eventsOf('data:a\n\ndata:b')).toHaveLength(1);
  });

  test('are the same however the bytes are cut into chunks, also inside a character', async () => {
    const bytes = Buffer.from('id:1\nevent:events\ndata:{"ssid":"Café 🛜"}\r\n\r\nretry:10\n\n:c\ndata:é\rdata:ü\n\n');
    const whole = await eventsOf(bytes);
    expect(whole.map((event) => event.data)).toEqual(['{"ssid":"Café 🛜"}', '', 'é\nü']);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, i) => bytes.subarray(places[i], end));
        expect(await eventsOf(...chunks)).toEqual(whole);
      }),
      { numRuns: 200 },
    );
  });

  test('of a stream without line ends do not fill the memory', async () => {
    const megabyte = 'x'.repeat(1024 * 1024);
    await expect(eventsOf('data:', ...Array.from({ length: 33 }, () => megabyte))).rejects.toThrow('too long');
  });
});
