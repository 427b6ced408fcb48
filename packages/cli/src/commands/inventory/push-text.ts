import { facts } from '../../output/table.ts';
import type { Style } from '../../output/style.ts';
import { instant } from '../shared/paint.ts';

export const pushPath = (connectorId: string): string => `/admin/v1/connectors/${connectorId}/inventory-push`;

/** As the API answers it. */
export interface PushTarget {
  readonly connectorId: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly kinds: readonly string[];
  readonly status: Readonly<
    Record<
      string,
      {
        readonly state: string;
        readonly lastSuccessDateTime: string | null;
        readonly problem: { readonly message: string; readonly nextTryDateTime: string } | null;
      }
    >
  >;
  readonly secret?: string;
}

export function pushText({ connectorId, url, enabled, status, secret }: PushTarget, style: Style): string {
  const text = facts(
    [
      ['Connector', connectorId],
      ['Pushes to', url],
      ['Enabled', enabled],
      ...(secret === undefined ? [] : [['Key', secret] as const]),
      ...Object.entries(status).flatMap(
        ([kind, { state, lastSuccessDateTime, problem }]): (readonly [string, string | undefined])[] => [
          [kind, state],
          [`  last success`, instant(lastSuccessDateTime)],
          ...(problem === null
            ? []
            : [[`  problem`, `${problem.message} Next try: ${instant(problem.nextTryDateTime) ?? ''}`] as const]),
        ],
      ),
    ],
    style,
  );
  return secret === undefined
    ? text
    : `${text}\n${style.warn('The key is shown only now. Messages are signed with it as Standard Webhooks says.')}\n`;
}
