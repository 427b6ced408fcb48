import type { OutboundResponse } from '../../platform/outbound.ts';
import { VendorError } from './vendor-error.ts';

/** Reading what a vendor's API answered. `who` begins the message for administrators: `Lookout`. */
export function jsonOf(answer: OutboundResponse, who: string): unknown {
  try {
    return answer.json();
  } catch {
    throw new VendorError(
      'bad_answer',
      answer.body.byteLength === 0
        ? `${who} gave an empty answer.`
        : isWebPage(answer.body)
          ? `${who} gave a web page in place of data. Check the address, and whether a proxy stands in between.`
          : `${who} gave an answer that is no JSON.`,
    );
  }
}

function isWebPage(body: Buffer): boolean {
  return /^\s*<(?:!doctype|html)/i.test(body.subarray(0, 200).toString('latin1'));
}

/**
 * The moment whose truth an answer is: the vendor's own clock where it tells, since its records carry that one. It
 * tells whole seconds, and two answers of one second can differ; where both clocks agree, the moment of asking is
 * the finer word, and still no later than the truth of the answer.
 */
export function timeOfAnswer(answer: Pick<OutboundResponse, 'headers'>, askedAt: number, now: number): number {
  const date = Date.parse(answer.headers.date ?? '');
  if (Number.isNaN(date) || Math.abs(date - now) > 86_400_000) return now;
  return askedAt - date < 1000 ? Math.max(date, askedAt) : date;
}
