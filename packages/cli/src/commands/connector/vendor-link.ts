import type { UnknownTermResource } from '@sallyport/contracts/client/index.ts';
import type { Context } from '../../frame/command.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { readJson } from '../shared/json-file.ts';
import { instant } from '../shared/paint.ts';

/** The link of a connector to its vendor, as `/admin/v1/connectors/{id}/vendor` shows it. */
export interface VendorLink {
  readonly connectorId: string;
  readonly vendor: string;
  readonly enabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secretsSet: readonly string[];
  readonly formerSecrets: readonly FormerSecret[];
  readonly webhookPath: string | null;
}

/** A secret that was replaced and is still accepted beside the new one. */
export interface FormerSecret {
  readonly name: string;
  readonly acceptedUntilDateTime: string;
}

export interface VendorLinkStatus {
  readonly running: boolean;
  readonly formerSecrets: readonly FormerSecret[];
  readonly lastSuccessDateTime: string | null;
  readonly lastReportDateTime: string | null;
  readonly unread: { readonly count: number; readonly lastDateTime: string; readonly message: string } | null;
  readonly problem: {
    readonly dateTime: string;
    readonly message: string;
    readonly nextTryDateTime: string | null;
  } | null;
  readonly unknownTerms: readonly UnknownTermResource[];
}

/** A vendor whose own format the hub speaks, with the schema of its settings. */
export interface VendorDescription {
  readonly id: string;
  readonly displayName: string;
  /** `null`: an open way in, for any connector. */
  readonly connectorId: string | null;
  readonly secrets: readonly string[];
  readonly settingsSchema: {
    readonly properties?: Readonly<
      Record<string, { readonly type?: string; readonly title?: string; readonly description?: string }>
    >;
  };
}

export function linkPath(connectorId: string): string {
  return `/admin/v1/connectors/${connectorId}/vendor`;
}

/** Lines for `facts`, one for each. */
export function formerSecretFacts(secrets: readonly FormerSecret[]): readonly (readonly [string, string])[] {
  return secrets.map(({ name, acceptedUntilDateTime }) => [
    `Former ${name}`,
    `accepted until ${instant(acceptedUntilDateTime) ?? ''}`,
  ]);
}

/** `["baseUrl=https://...", "pollMinutes=5"]` as settings, each of the type that the vendor's schema says. */
export function settingsFrom(pairs: readonly string[], vendor: VendorDescription): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw new UsageError(`--set takes NAME=VALUE, not "${pair}".`);
      const name = pair.slice(0, at);
      if (vendor.secrets.includes(name))
        throw new UsageError(
          `${name} is a secret, and every user of this machine can read a command line. Give it with --secret ${name}=@FILE or --secret ${name}=VARIABLE.`,
        );
      return [name, typed(name, pair.slice(at + 1), vendor)];
    }),
  );
}

/** The settings of a vendor from a file. */
export async function readSettings(path: string, context: Pick<Context, 'readInput'>): Promise<object> {
  const settings = await readJson(path, context);
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw new UsageError(`${path} must hold a JSON object with settings.`);
  return settings;
}

/** A value of the wrong form is sent as it is: the hub says best what is wrong with it. */
function typed(name: string, value: string, vendor: VendorDescription): unknown {
  const type = vendor.settingsSchema.properties?.[name]?.type;
  if ((type === 'integer' || type === 'number') && /^-?\d+(?:\.\d+)?$/u.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}
