import { DEVICES, UNKNOWN_DEVICE } from '../sandbox/devices.ts';
import { failed, passed, waiting, type Judgement, type ScenarioStep } from './judgement.ts';
import { isNews, seconds, type Seen, type Sent } from './seen.ts';

const PHONE = DEVICES[0]?.name ?? '';

/** What happens to a phone, from its activation to the end of a threat. */
export const STORY: readonly ScenarioStep[] = [
  {
    id: 'token',
    title: 'A token is got by client credentials',
    required: true,
    instruction: 'Enter address, tenant, client id and secret of the kit in your product.',
    judge: ({ tokens }) =>
      tokens.some(({ status }) => status === 200)
        ? passed()
        : tokens.length > 0
          ? failed(tokens.at(-1)?.problem ?? 'No token was given.')
          : waiting(),
  },
  {
    id: 'heartbeat',
    title: 'Heartbeats come within the period',
    required: true,
    instruction: 'Set the period of heartbeats to less than that of this run.',
    judge: judgeHeartbeats,
  },
  {
    id: 'activation',
    title: 'A device whose app was activated is reported as "activated"',
    required: true,
    instruction: `Activate your app on ${PHONE}.`,
    judge: (seen) => firstNews(seen, ({ report }) => report.threatState === 'activated'),
  },
  {
    id: 'secured',
    title: 'A device that was looked at is reported as "secured"',
    required: true,
    instruction: `Let the first check of ${PHONE} end without a threat.`,
    judge: (seen) => firstNews(seen, ({ report }) => report.threatState === 'secured'),
  },
  {
    id: 'threat',
    title: 'A severe threat is reported as "highSeverity" with its open finding',
    required: true,
    instruction: `Produce a severe threat on ${PHONE}.`,
    judge: judgeThreat,
  },
  {
    id: 'resolution',
    title: 'When it is gone, the same finding is reported as resolved, with the lower level',
    required: true,
    instruction: `End the threat on ${PHONE}.`,
    judge: judgeResolution,
  },
  {
    id: 'unknown-device',
    title: 'A device that the hub does not know is reported once and then left alone',
    required: true,
    instruction: `Report about ${UNKNOWN_DEVICE.name}, which is in the kit as unknownDevice.`,
    judge: judgeUnknownDevice,
  },
];

function firstNews({ sent }: Seen, fits: (one: Sent) => boolean): Judgement {
  const found = sent.find((one) => fits(one) && isNews(one));
  if (found !== undefined) return passed();
  const almost = sent.find((one) => fits(one));
  return waiting(almost === undefined ? undefined : `It came, and ${whyNoNews(almost)}`);
}

function whyNoNews({ outcome, deviceId }: Sent): string {
  if (deviceId === undefined) return 'its keys are those of no device of the kit.';
  if (outcome === undefined) return 'the whole call was refused.';
  return outcome.problem ?? `was answered "${outcome.status}".`;
}

function judgeHeartbeats({ heartbeats, settings: { heartbeatMs } }: Seen): Judgement {
  const good = heartbeats.filter(({ status }) => status === 204);
  const gaps = good.slice(1).map((one, i) => one.at - (good[i]?.at ?? 0));
  if (gaps.some((gap) => gap <= heartbeatMs))
    return passed(`${good.length} heartbeats, at most ${seconds(Math.max(...gaps))} apart`);
  if (gaps.length > 0)
    return waiting(
      `They came ${seconds(Math.min(...gaps))} apart; in this run they must come every ${seconds(heartbeatMs)}.`,
    );
  return waiting(good.length === 1 ? 'One came; the next must come within the period.' : heartbeats.at(-1)?.problem);
}

function isThreat({ report }: Sent): boolean {
  return (
    report.threatState === 'highSeverity' &&
    report.findings.some(
      ({ state, severity }) => state === 'open' && (severity === 'high' || severity === 'highseverity'),
    )
  );
}

function judgeThreat(seen: Seen): Judgement {
  const judged = firstNews(seen, isThreat);
  if (judged.state === 'passed' || judged.detail !== undefined) return judged;
  return waiting(
    seen.sent.some(({ report }) => report.threatState === 'highSeverity')
      ? '"highSeverity" came without an open finding of severity high.'
      : undefined,
  );
}

function judgeResolution({ sent }: Seen): Judgement {
  const threats = sent.filter((one) => isThreat(one) && isNews(one));
  let hint: string | undefined;
  for (const threat of threats) {
    const ids = new Set(threat.report.findings.map(({ id }) => id));
    const endings = sent.filter(
      ({ report, deviceId }) =>
        deviceId === threat.deviceId && report.findings.some(({ id, state }) => state === 'resolved' && ids.has(id)),
    );
    if (endings.some((one) => one.report.threatState !== 'highSeverity' && isNews(one))) return passed();
    if (endings.some(({ report }) => report.threatState === 'highSeverity'))
      hint = 'The finding is resolved, and the device is still reported as "highSeverity".';
    else if (endings.some(({ outcome }) => outcome?.status === 'late'))
      hint = 'It came as "late": observedDateTime must be later than that of the threat.';
  }
  const lower = threats.some((threat) =>
    sent.some(
      (one) =>
        one.deviceId === threat.deviceId &&
        one.report.threatState === 'secured' &&
        isNews(one) &&
        one.call.at > threat.call.at,
    ),
  );
  return waiting(hint ?? (lower ? 'The level went down, and no finding was reported as resolved.' : undefined));
}

function judgeUnknownDevice({ sent }: Seen): Judgement {
  const about = sent.filter(
    ({ deviceId, outcome }) => deviceId === UNKNOWN_DEVICE.managedDeviceId && outcome !== undefined,
  );
  const told = about.filter(({ call, outcome }) => call.status === 200 && outcome?.status !== 'rejected');
  const again = told.find(({ report }, i) =>
    told.slice(0, i).some((earlier) => earlier.report.reportId === report.reportId),
  );
  if (again !== undefined)
    return failed(
      `Report ${again.report.reportId ?? ''} was accepted with "matched": false and sent again. It is kept; there is nothing to repeat.`,
    );
  // The first time, whether or not its answer arrived: repeated, it is a duplicate.
  if (about.some(({ outcome }) => outcome?.matched === false)) return passed();
  return waiting(about[0]?.outcome?.problem);
}
