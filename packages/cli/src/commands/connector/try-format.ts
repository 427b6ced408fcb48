import type { Context, Result } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { plain } from '../../output/plain.ts';
import type { Style } from '../../output/style.ts';
import { instant, stateColour } from '../shared/paint.ts';

/** What `POST /admin/v1/vendors/{id}/try` takes and answers. */
export interface TryRequest {
  readonly settings: object;
  readonly sample: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

interface TryAnswer {
  readonly authentication: { readonly ok: boolean; readonly message: string } | null;
  readonly records: readonly TriedRecord[];
}

interface TriedRecord {
  readonly place: string;
  readonly signal: {
    readonly reportId: string;
    readonly device: readonly { readonly type: string; readonly value: string }[];
    readonly observedDateTime: string;
    readonly threatState: string | null;
    readonly findings: readonly {
      readonly id: string;
      readonly type: string;
      readonly severity: string | null;
      readonly state: string;
      readonly title: string | null;
    }[];
    readonly flag: string | null;
  } | null;
  readonly problems: readonly {
    readonly field: string;
    readonly path: string;
    readonly value?: string;
    readonly message: string;
  }[];
}

/** Tries settings on a sample at the hub; nothing is stored there. Fails where a script should not go on. */
export async function tryFormat(
  vendor: 'webhook' | 'syslog-cef',
  request: TryRequest,
  { hub, style }: Context,
): Promise<Result> {
  const answer = await (await hub()).post<TryAnswer>(`/admin/v1/vendors/${vendor}/try`, request);
  const { authentication, records } = answer;
  const good =
    authentication?.ok !== false && records.every(({ signal, problems }) => signal !== null && problems.length === 0);
  const lines = [
    ...(authentication === null
      ? []
      : [`${authentication.ok ? style.good('let in') : style.bad('kept out')}  ${plain(authentication.message)}`]),
    ...records.flatMap((record) => recordText(record, style)),
  ];
  return { json: answer, text: `${lines.join('\n')}\n`, exit: good ? EXIT.ok : EXIT.failed };
}

function recordText({ place, signal, problems }: TriedRecord, style: Style): readonly string[] {
  const row = (name: string, text: string): string => `  ${style.dim(name.padEnd(8))}  ${plain(text)}`;
  const told =
    signal === null
      ? [row('says', 'nothing about a device')]
      : [
          `  ${style.dim('state'.padEnd(8))}  ${signal.threatState === null ? 'stays as it was' : stateColour(style)(signal.threatState)}`,
          row('seen', instant(signal.observedDateTime) ?? ''),
          ...signal.device.map(({ type, value }) => row('device', `${type} ${value}`)),
          ...signal.findings.map(({ id, type, severity, state, title }) =>
            row(
              'finding',
              [id, type, state, severity ?? 'informational', title === type ? '' : title]
                .filter((part) => part !== '')
                .join('  '),
            ),
          ),
          row('report', signal.reportId),
          ...(signal.flag === null ? [] : [row('flagged', signal.flag)]),
        ];
  return [
    style.bold(plain(place)),
    ...told,
    ...problems.map(
      ({ field, path, value, message }) =>
        `  ${style.warn('problem'.padEnd(8))}  ${plain(`${field}: ${path}${value === undefined ? '' : ` = ${value}`} ${message}`)}`,
    ),
  ];
}
