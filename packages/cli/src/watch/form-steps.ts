import { failed, passed, waiting, type Judgement, type ScenarioStep } from './judgement.ts';
import { seconds, type Seen, type Sent } from './seen.ts';

/** What is right all the time, looked at over the whole run. */
export const FORM: readonly ScenarioStep[] = [
  { id: 'well-formed', title: 'No report is rejected and no call refused', required: true, judge: judgeForm },
  {
    id: 'ids',
    title: 'An id means one report: the same content again, or another id',
    required: true,
    judge: judgeIds,
  },
  { id: 'clock', title: 'Observations are neither in the future nor long past', required: true, judge: judgeClock },
  {
    id: 'unmatched-news',
    title: 'About a device that was answered as unmatched, only what is new is reported',
    required: false,
    judge: judgeUnmatchedNews,
  },
  { id: 'token-reuse', title: 'A token is used until it ends', required: false, judge: judgeTokens },
  { id: 'batches', title: 'What is there together is sent together', required: false, judge: judgeBatches },
];

function judgeForm({ calls, heartbeats, sent }: Seen): Judgement {
  const bad = sent.find(({ outcome }) => outcome?.status === 'rejected');
  if (bad !== undefined)
    return failed(`Report ${bad.report.reportId ?? '(without id)'}: ${bad.outcome?.problem ?? 'rejected'}`);
  // A token that ended, or a hub that is spoken to before it is known, is no mistake of form.
  const refused = [...calls, ...heartbeats].find(
    ({ fault, status }) => fault === undefined && status !== null && status >= 400 && status < 500 && status !== 401,
  );
  if (refused !== undefined) return failed(`A call was answered ${refused.status ?? ''}: ${refused.problem ?? ''}`);
  return sent.length === 0 ? waiting() : passed(`${sent.length} reports in ${calls.length} calls`);
}

function judgeIds({ sent }: Seen): Judgement {
  const contents = new Map<string, string>();
  for (const { report } of sent) {
    if (report.reportId === undefined) continue;
    const known = contents.get(report.reportId);
    if (known !== undefined && known !== report.content)
      return failed(
        `The id ${report.reportId} came with two contents. What is new needs a new id; what is repeated is sent as it was.`,
      );
    contents.set(report.reportId, report.content);
  }
  return contents.size < 2 ? waiting() : passed(`${contents.size} ids`);
}

/** What a clock may be ahead; the hub itself refuses 5 minutes. */
const MOST_AHEAD_MS = 60_000;

function judgeClock({ sent, settings: { mostDelayMs } }: Seen): Judgement {
  const known = new Set<string>();
  let worst = 0;
  for (const { call, report } of sent) {
    // What is sent again was observed long ago, and rightly so.
    if (report.observedAt === undefined || report.reportId === undefined || known.has(report.reportId)) continue;
    known.add(report.reportId);
    const behind = call.at - report.observedAt;
    if (behind < -MOST_AHEAD_MS)
      return failed(`Report ${report.reportId} was observed ${seconds(-behind)} after it arrived: check the clock.`);
    if (behind > mostDelayMs)
      return failed(
        `Report ${report.reportId} arrived ${seconds(behind)} after it was observed; ${seconds(mostDelayMs)} are allowed. Check clock, time zone and queues.`,
      );
    worst = Math.max(worst, behind);
  }
  return known.size === 0 ? waiting() : passed(`At most ${seconds(worst)} from observation to arrival`);
}

/** After a partner was told that a device is not known, each further observation without news is one more to look through for an administrator. */
function judgeUnmatchedNews({ sent }: Seen): Judgement {
  const told = new Map<string, string>();
  const ids = new Set<string>();
  let again = 0;
  for (const one of sent) {
    const { report, outcome, call } = one;
    if (outcome?.status !== 'accepted' || ids.has(report.reportId ?? '')) continue;
    ids.add(report.reportId ?? '');
    const device = deviceOf(one);
    const state = JSON.stringify([report.threatState, report.findings]);
    if (outcome.matched) told.delete(device);
    else if (told.get(device) === state) again += 1;
    // Where the answer was lost, the partner could not know.
    else if (call.status === 200) told.set(device, state);
  }
  if (again > 0) {
    return failed(
      `${again} new ${again === 1 ? 'observation' : 'observations'} about a device that was answered "matched": false said what was known already. The first is kept and applied when the device appears; report about it again when its state or findings change, and at most once a day when they do not.`,
    );
  }
  return sent.some(({ outcome }) => outcome?.matched === false) ? passed() : waiting();
}

function deviceOf({ deviceId, report }: Sent): string {
  return (
    deviceId ??
    JSON.stringify(
      Object.entries(report.deviceKeys)
        .map(([key, value]) => [key, value.trim().toLowerCase()])
        .sort(),
    )
  );
}

function judgeTokens({ tokens, calls, heartbeats }: Seen): Judgement {
  const got = tokens.filter(({ status }) => status === 200).length;
  const used = calls.length + heartbeats.length;
  if (used < 5) return waiting();
  return got <= 1 + used / 5
    ? passed(`${got} tokens for ${used} calls`)
    : failed(`${got} tokens for ${used} calls; a token is good for an hour.`);
}

function judgeBatches({ calls }: Seen): Judgement {
  const most = Math.max(0, ...calls.map(({ reports }) => reports.length));
  return most > 1
    ? passed(`Up to ${most} reports in a call`)
    : waiting('Every call carried one report. Up to 1,000 are taken in one.');
}
