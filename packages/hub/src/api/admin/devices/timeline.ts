import { z } from 'zod';
import type { Store, StoredHistory, StoredReport } from '../../../store/store.ts';
import { readCursor, writeCursor } from '../../../http/cursor.ts';
import { partnerNames } from '../partners/partner-names.ts';
import { ofHistory, ofReport, type TimelineEntry, type timelineList } from './timeline-schema.ts';

/** The number of the last report and of the last change shown; what comes next is below them. */
const place = z.tuple([z.int().min(0), z.int().min(0)]);

/**
 * Two lists, each in its own order, laid into one by time. A report comes before what it caused, so that read
 * downwards, newest first, the effects stand above their cause.
 */
export async function timelineOf(
  store: Pick<Store, 'reports' | 'history' | 'documents'>,
  deviceId: string,
  limit: number,
  cursor: string | undefined,
): Promise<z.infer<typeof timelineList>> {
  let [reportSeq, historySeq] =
    cursor === undefined ? [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER] : readCursor(cursor, place);
  const [reports, history, nameOf] = await Promise.all([
    store.reports.ofDevice(deviceId, limit + 1, reportSeq),
    store.history.ofDevice(deviceId, limit + 1, historySeq),
    partnerNames(store),
  ]);
  const value: TimelineEntry[] = [];
  for (let r = 0, h = 0; value.length < limit; ) {
    const [report, change] = [reports[r], history[h]];
    if (report === undefined && change === undefined) break;
    if (change !== undefined && isNewer(change, report)) {
      value.push(ofHistory(change, nameOf));
      historySeq = change.seq;
      h += 1;
    } else if (report !== undefined) {
      value.push(ofReport(report, nameOf));
      reportSeq = report.seq;
      r += 1;
    }
  }
  const hasMore = reports.length + history.length > value.length;
  return { value, nextCursor: hasMore ? writeCursor([reportSeq, historySeq]) : null };
}

function isNewer(change: StoredHistory, report: StoredReport | undefined): boolean {
  return report === undefined || change.at >= report.receivedAt;
}
