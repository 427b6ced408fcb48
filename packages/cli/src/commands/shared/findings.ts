import { table } from '../../output/table.ts';
import type { Style } from '../../output/style.ts';
import { instant, stateColour } from './paint.ts';

/** As `/admin/v1/findings` answers it. */
export interface Finding {
  readonly id: string;
  readonly deviceId: string;
  readonly connectorId: string;
  readonly type: string;
  readonly category: string;
  readonly categoryName: string;
  readonly severity: string | null;
  readonly state: string;
  readonly title: string | null;
  readonly recommendedAction: string | null;
  readonly advice: string | null;
  readonly link: string | null;
  readonly observedDateTime: string;
}

/** @param withDevice where they are of several devices */
export function findingsTable(findings: readonly Finding[], style: Style, none: string, withDevice: boolean): string {
  return table(findings, [
    { title: 'FINDING', cell: (finding) => finding.title ?? finding.type },
    { title: 'CATEGORY', cell: (finding) => finding.categoryName },
    { title: 'SEVERITY', cell: (finding) => finding.severity, paint: stateColour(style) },
    { title: 'STATE', cell: (finding) => finding.state },
    { title: 'SEEN', cell: (finding) => instant(finding.observedDateTime) },
    ...(withDevice ? [{ title: 'DEVICE', cell: (finding: Finding) => finding.deviceId }] : []),
    { title: 'WHAT TO DO', cell: (finding) => finding.recommendedAction ?? finding.advice },
  ], style, none);
}
