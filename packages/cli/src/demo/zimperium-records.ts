import { randomUUID } from 'node:crypto';
import { sample } from '@sallyport/simulators/samples';
import { ALAN } from './people.ts';

type Item = Readonly<Record<string, unknown>>;

/** What Zimperium's Data Export pushes about Alan's phone. Each record is made when it is sent, with the time of that moment. */
export interface ZimperiumStory {
  readonly maliciousApp: () => Item;
  readonly mitigated: () => Item;
  /**
   * When the fix can be told. The export counts whole seconds, and of two records of one second the worse one
   * is current: a fix within the same second would not open anything.
   */
  readonly mitigatedFrom: () => number;
  /** Something of no weight: how the phone is known to be watched before anything happens. */
  readonly harmless: () => Item;
}

/**
 * The records of the sample, with Alan's phone in place of its devices, and new ids and times, because the hub
 * takes each event once and an old one never changes what is current. The threat, a rooted device in the
 * sample, becomes an app with the name and the words that a real export has for one ("Sideloaded App(s)" in
 * `data-export-incidentlog.json`); severity and posture stay as they are: CRITICAL and 3, and 0 once mitigated.
 */
export async function zimperiumStory(): Promise<ZimperiumStory> {
  const [open, mitigated, harmless] = JSON.parse(
    sample('zimperium/data-export-rest-webhook.constructed.json'),
  ) as readonly Item[];
  if (open === undefined || mitigated === undefined || harmless === undefined)
    throw new Error("The sample of Zimperium's export has changed.");
  const threatId = randomUUID();
  let openedAt = 0;
  return {
    maliciousApp: () => {
      openedAt = Date.now();
      return aboutAlan(asApp(open, threatId));
    },
    mitigatedFrom: () => (Math.floor(openedAt / 1_000) + 1) * 1_000,
    mitigated: () => aboutAlan(asApp(mitigated, threatId)),
    // The sample has a posture of 1 beside a hidden finding; a phone without anything has 0.
    harmless: () => aboutAlan({ ...harmless, risk_posture: 0 }),
  };
}

function asApp(record: Item, threatId: string): Item {
  const threat = record.threat as Item;
  const general = threat.general as Item;
  return {
    ...record,
    forensics: { ...(record.forensics as Item), threat_uuid: threatId },
    threat: {
      ...threat,
      name: 'SIDELOADED_APP',
      display_name: 'Sideloaded App(s)',
      threat_uuid: threatId,
      general: {
        ...general,
        threat_type: 'SIDELOADED_APP',
        jailbreak_reasons: null,
        package_name: 'com.example.torch',
      },
    },
  };
}

function aboutAlan(record: Item): Item {
  const at = Date.now();
  const id = randomUUID();
  const time = exportTime(at);
  const device = {
    device_id: 'DEV-0002',
    zdid: 'zd-0002',
    imei: 'DEV-0002',
    os: 'ios',
    os_version: ALAN.systemVersion,
    model: 'iPhone15,2',
    jailbroken: false,
  };
  return {
    ...record,
    event_id: id,
    eventtimestamp: time,
    forensics: { ...(record.forensics as Item), event_id: id, zdid: 'zd-0002', os: 1, attack_time: { $date: at } },
    user_info: { ...(record.user_info as Item), user_email: ALAN.upn },
    device_owner: { ...(record.device_owner as Item), email: ALAN.upn },
    device_info: { ...(record.device_info as Item), ...device, device_time: time, mdm_device_id: ALAN.deviceId },
  };
}

/** `03 01 2025 08:00:00 UTC`: month, day, year. */
function exportTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split(/[T.]/u);
  const [year, month, day] = date.split('-');
  return `${month} ${day} ${year} ${time} UTC`;
}
