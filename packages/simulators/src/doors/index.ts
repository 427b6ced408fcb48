export { Listener } from './listener.ts';
export { SseReader, type SseEvent } from './sse-reader.ts';
