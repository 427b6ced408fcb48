import type { OutboxKind, Store } from '../store/store.ts';
import type { ClockLog } from './watch-clock.ts';

/** What an administrator has to look at, in words that say what to do. */
const WARNINGS: Readonly<Partial<Record<OutboxKind, string>>> = {
  'device-reinstated':
    'a device that a newer enrolment had superseded is live again: two records of one serial number, UDID or IMEI are in use; remove the one that is not',
  'device-key-shared':
    'several live devices carry one serial number, UDID or IMEI: bad news that names no more is held against each; remove the records that are not in use',
  'key-too-common':
    'a key is carried by so many devices that it identifies none: what is reported by it alone reaches nobody; correct the records, or ask the partner to send another key',
  'device-hold-started':
    'bad news that may be about another device is held against this one until it is settled: "sallyport report waiting" lists the reports, "sallyport report assign" settles them',
};

const NOTES: Readonly<Partial<Record<OutboxKind, string>>> = {
  'device-superseded': 'a phone was enrolled again: its older record is superseded',
  'device-hold-ended': 'bad news that may have been about another device is held against this one no longer',
};

/** Logs what this process committed about devices that are not told apart; each hub its own, so that each is logged once. */
export function logAlerts(store: Pick<Store, 'onCommitted'>, log: ClockLog, origin: string): void {
  store.onCommitted((rows) => {
    for (const { kind, payload } of rows) {
      const { origin: writer, ...details } = payload;
      if (writer !== origin) continue;
      const warning = WARNINGS[kind];
      if (warning !== undefined) log.warn(details, warning);
      const note = NOTES[kind];
      if (note !== undefined) log.info(details, note);
    }
  });
}
