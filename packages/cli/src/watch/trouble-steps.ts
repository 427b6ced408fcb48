import type { Exchange, FaultKind, SentReport } from '../sandbox/exchange.ts';
import { failed, passed, waiting, type Judgement, type ScenarioStep } from './judgement.ts';
import { seconds, type Seen } from './seen.ts';

/** What an integration does when a call goes wrong. The sandbox spoils calls by itself once a phone was "secured". */
export const TROUBLE: readonly ScenarioStep[] = [
  {
    id: 'retry-503',
    title: 'After a 503 the same reports come again, with the same ids',
    required: true,
    judge: (seen) => judgeRepeated(seen, 'unavailable'),
  },
  {
    id: 'retry-429',
    title: 'After a 429 the same reports come again, with the same ids',
    required: true,
    judge: (seen) => judgeRepeated(seen, 'tooManyRequests'),
  },
  { id: 'retry-after', title: 'Retry-After is honoured', required: true, judge: judgeRetryAfter },
  {
    id: 'lost-answer',
    title: 'When the answer is lost, the same reports come again, with the same ids',
    required: true,
    judge: (seen) => judgeRepeated(seen, 'answerLost'),
  },
  {
    id: 'token-renewal',
    title: 'When a token has ended, another one is got and the same reports come again',
    required: true,
    judge: judgeRenewal,
  },
  { id: 'patience', title: 'A slow answer is waited for', required: false, judge: judgePatience },
];

/** The first call that carries all the reports of a spoiled one again. */
export function repetitionOf({ calls }: Pick<Seen, 'calls'>, spoiled: Exchange): Exchange | undefined {
  const missing = new Set(idsOf(spoiled));
  if (missing.size === 0) return undefined;
  // They may come in several calls; the last of them ends it. With a token that has ended they did not get in.
  return calls
    .slice(calls.indexOf(spoiled) + 1)
    .filter(({ status }) => status !== 401)
    .find((later) => {
      for (const id of idsOf(later)) missing.delete(id);
      return missing.size === 0;
    });
}

function idsOf({ reports }: Exchange): readonly string[] {
  return reports.flatMap(({ reportId }) => reportId ?? []);
}

function judgeRepeated(seen: Seen, kind: FaultKind): Judgement {
  const spoiled = seen.calls.find(({ fault }) => fault?.kind === kind);
  if (spoiled === undefined)
    return waiting(
      'The sandbox does this to the next reports, once a device was "secured" and what came before is mended.',
    );
  const again = repetitionOf(seen, spoiled);
  if (again !== undefined) return passed(`After ${seconds(again.at - spoiled.answeredAt)}`);
  const renamed = renamedSince(seen, spoiled);
  if (renamed !== undefined)
    return failed(
      `Report ${renamed[0]} came again as ${renamed[1]}. With another id it is another report: where the first was taken, it counts twice.`,
    );
  const others = seen.calls.slice(seen.calls.indexOf(spoiled) + 1).length;
  return waiting(
    `The reports ${idsOf(spoiled).slice(0, 5).join(', ')} have not come again${others > 0 ? `, though ${others} other call${others === 1 ? '' : 's'} did` : ''}.`,
  );
}

/** A report of a spoiled call that came again under another id, with both ids. */
function renamedSince({ calls }: Seen, spoiled: Exchange): readonly [before: string, after: string] | undefined {
  const before = new Map(spoiled.reports.map((report) => [saidBy(report), report.reportId]));
  for (const later of calls.slice(calls.indexOf(spoiled) + 1)) {
    for (const report of later.reports) {
      const known = before.get(saidBy(report));
      if (known !== undefined && report.reportId !== undefined && known !== report.reportId)
        return [known, report.reportId];
    }
  }
  return undefined;
}

/** All but the id. */
function saidBy({ observedAt, threatState, deviceKeys, findings }: SentReport): string {
  return JSON.stringify([observedAt, threatState, deviceKeys, findings]);
}

function judgeRenewal(seen: Seen): Judgement {
  const spoiled = seen.calls.find(({ fault }) => fault?.kind === 'tokenEnded');
  const isRenewed = seen.tokens.some(({ at, status }) => spoiled !== undefined && at >= spoiled.at && status === 200);
  if (spoiled !== undefined && !isRenewed) return waiting('A call was answered 401, and no other token was got since.');
  return judgeRepeated(seen, 'tokenEnded');
}

/** Timers and clocks may be off by a little. */
const TOLERANCE_MS = 100;

function judgeRetryAfter(seen: Seen): Judgement {
  const spoiled = seen.calls.filter(({ fault }) => fault?.kind === 'unavailable' || fault?.kind === 'tooManyRequests');
  for (const call of spoiled) {
    const ids = new Set(idsOf(call));
    const next = seen.calls.slice(seen.calls.indexOf(call) + 1).find((later) => idsOf(later).some((id) => ids.has(id)));
    const asked = (call.fault?.retryAfterSeconds ?? 0) * 1_000;
    if (next !== undefined && next.at - call.answeredAt < asked - TOLERANCE_MS)
      return failed(
        `Reports came again after ${seconds(next.at - call.answeredAt)}; ${seconds(asked)} had been asked for with ${call.status ?? ''}.`,
      );
  }
  const kinds = new Set(
    spoiled.filter((call) => repetitionOf(seen, call) !== undefined).map(({ fault }) => fault?.kind),
  );
  return kinds.size === 2 ? passed() : waiting();
}

function judgePatience({ calls }: Seen): Judgement {
  const slow = calls.find(({ fault }) => fault?.kind === 'slow');
  if (slow === undefined) return waiting('The sandbox does this to the reports that come after those above.');
  const impatient = calls.some(
    (other) =>
      other !== slow &&
      other.at > slow.at &&
      other.at < slow.answeredAt &&
      idsOf(other).some((id) => idsOf(slow).includes(id)),
  );
  return impatient
    ? failed('The same reports came again before the answer.')
    : passed(`The answer took ${seconds(slow.answeredAt - slow.at)}.`);
}
