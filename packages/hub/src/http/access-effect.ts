import type { FastifyReply } from 'fastify';
import type { AccessEffect } from '../documents/configuration.ts';

/** Headers of a write's answer: how many devices it opened and closed, as `compliantDevice` has it. Absent where that is not known yet. */
export function effectHeaders({ opened, closed }: AccessEffect): Readonly<Record<string, string>> {
  return { 'sallyport-devices-opened': String(opened), 'sallyport-devices-closed': String(closed) };
}

/** Tells what a write did to access in the headers of its answer. */
export function tellEffect(reply: FastifyReply): (effect: AccessEffect) => void {
  return (effect) => {
    reply.headers(effectHeaders(effect));
  };
}

/** For descriptions in the API document. */
export const EFFECT_NOTE =
  'The headers `Sallyport-Devices-Opened` and `Sallyport-Devices-Closed` of the answer say how many devices got access by it, and how many lost it; ' +
  'they are missing when the evaluation could not be finished yet.';
