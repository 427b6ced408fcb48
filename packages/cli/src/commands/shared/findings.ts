import { mayBeWatched, type ThreatCategory } from '@sallyport/core';
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

/** Names of partners, and of devices where the findings are of several. */
export interface FindingNames {
  readonly partner: (id: string) => string | undefined;
  readonly device?: (id: string) => string;
}

export function findingsTable(
  findings: readonly Finding[],
  style: Style,
  none: string,
  { partner, device }: FindingNames,
): string {
  return table(
    findings,
    [
      { title: 'FINDING', cell: (finding) => finding.title ?? finding.type },
      { title: 'CATEGORY', cell: (finding) => finding.categoryName },
      { title: 'SEVERITY', cell: (finding) => finding.severity, paint: stateColour(style) },
      { title: 'STATE', cell: (finding) => finding.state },
      { title: 'SEEN', cell: (finding) => instant(finding.observedDateTime) },
      { title: 'PARTNER', cell: (finding) => partner(finding.connectorId) },
      ...(device === undefined ? [] : [{ title: 'DEVICE', cell: (finding: Finding) => device(finding.deviceId) }]),
      { title: 'WHAT TO DO', cell: whatToDo },
    ],
    style,
    none,
  );
}

/** Where somebody may be watching the person, "remove it", as partners say, is the wrong thing to pass on. */
function whatToDo({ type, category, title, recommendedAction, advice }: Finding): string | null {
  const words = {
    type,
    category: category as ThreatCategory,
    title: title ?? undefined,
    recommendedAction: recommendedAction ?? undefined,
  };
  return mayBeWatched(words) ? advice : (recommendedAction ?? advice);
}
