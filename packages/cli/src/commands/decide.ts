import { PLATFORMS, WELL_KNOWN_APPLICATIONS } from '@sallyport/core';
import { LANGUAGES } from '@sallyport/texts/languages.ts';
import type { ApplicationResource, EvaluationAnswer, HubClient } from '@sallyport/contracts/client/index.ts';
import { command } from '../frame/command.ts';
import { EXIT } from '../frame/exit-codes.ts';
import { didYouMean } from '../frame/did-you-mean.ts';
import { alone, oneOf, requiredText, text } from '../frame/flags.ts';
import type { Style } from '../output/style.ts';
import { plain } from '../output/plain.ts';
import { accessPolicyNames } from './shared/access-policy-names.ts';
import { connectorNames } from './shared/connector-names.ts';
import { APPLICATIONS, findDevice } from './shared/find.ts';
import { withoutAbsent } from './shared/without-absent.ts';

const CLIENT_APP_TYPES = [
  'browser',
  'mobileAppsAndDesktopClients',
  'exchangeActiveSync',
  'easSupported',
  'other',
] as const;

export const decide = command({
  name: 'decide',
  summary: 'Ask whether a user may use an application, with a device or without',
  description:
    'Exits 0 when access is granted and 4 when it is denied; a user, device or application that does not exist is an error (1). The device is treated as if a gateway had verified its identity.',
  flags: {
    user: requiredText('USER', 'Id, user principal name or mail'),
    app: requiredText('APP', 'Exchange, SharePoint, OneDrive, Teams, ..., or the id of an application'),
    device: text('DEVICE', 'Id, name or serial number'),
    ip: text('ADDRESS', 'Where the request comes from'),
    platform: oneOf(PLATFORMS, 'What the client says it is'),
    clientAppType: oneOf(CLIENT_APP_TYPES, 'Kind of the client'),
    country: text('CODE', 'Two letters, such as SE'),
    mfa: alone('The user has passed a second factor'),
    language: oneOf(LANGUAGES, 'Of the text for the user. Default: en'),
    explain: alone('Tell every reason with its policy, and what report-only policies would have said'),
  },
  examples: [
    { line: 'sallyport decide --user ada@example.com --app Exchange --device "Ada\'s phone" --explain' },
    { line: 'if sallyport decide --user ada@example.com --app Exchange; then echo open; fi' },
  ],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const deviceId = flags.device === undefined ? undefined : (await findDevice(client, flags.device)).id;
    const answer = await client.post<EvaluationAnswer>('/access/v1/evaluation', {
      subject: {
        type: 'user',
        id: flags.user,
        ...(deviceId === undefined ? {} : { properties: { device_id: deviceId } }),
      },
      action: { name: 'access' },
      resource: { type: 'application', id: flags.app },
      context: withoutAbsent({
        ip: flags.ip,
        platform: flags.platform,
        client_app_type: flags.clientAppType,
        country: flags.country,
        language: flags.language,
        ...(flags.mfa ? { mfa: true } : {}),
      }),
    });
    await requireKnown(client, answer, flags);
    return {
      json: answer,
      text: answerText(answer, flags.explain ? await namesAt(client) : undefined, style),
      exit: answer.decision ? EXIT.ok : EXIT.denied,
    };
  },
});

/** A typing error is no denial: scripts would take it for one. */
async function requireKnown(
  client: HubClient,
  { context }: EvaluationAnswer,
  { user, app }: { readonly user: string; readonly app: string },
): Promise<void> {
  const code = context.reasons[0]?.code;
  if (code === 'user_unknown')
    throw new Error(`There is no user "${user}". Name one by id, user principal name or mail.`);
  if (code !== 'application_unknown') return;
  const own = await client.all<ApplicationResource>(APPLICATIONS).catch(() => []);
  const names = [
    ...WELL_KNOWN_APPLICATIONS.flatMap((known) => known.names),
    ...own.map(({ displayName }) => displayName),
  ];
  throw new Error(
    `There is no such application "${app}".${didYouMean(app, names)} Name one by its usual name, such as Exchange or SharePoint, by its display name or by its id.`,
  );
}

async function namesAt(client: HubClient): Promise<Names> {
  const [partner, policy] = await Promise.all([connectorNames(client), accessPolicyNames(client)]);
  return { partner, policy };
}

function answerText({ decision, context }: EvaluationAnswer, names: Names | undefined, style: Style): string {
  const lines = [
    decision ? style.good('granted') : style.bad('denied'),
    ...(context.hints ?? []).map(({ field, message }) => `  ${style.warn(plain(`${field} ${message}`))}`),
    ...(context.reason_admin.en === '' ? [] : [`  ${plain(context.reason_admin.en)}`]),
    ...(decision
      ? []
      : Object.entries(context.reason_user).map(
          ([language, text]) => `  ${style.dim(`to the user (${language})`)}  ${plain(text)}`,
        )),
    ...(decision || context.remediation_url === undefined
      ? []
      : [`  ${style.dim('where they see more')}  ${context.remediation_url}`]),
    ...(names === undefined ? [] : explained(context, names, style)),
  ];
  return `${lines.join('\n')}\n`;
}

/** Names of what reasons hold ids of. */
interface Names {
  readonly partner: (id: string) => string | undefined;
  readonly policy: (id: string) => string;
}

function explained(context: EvaluationAnswer['context'], { partner, policy }: Names, style: Style): readonly string[] {
  const shown = (value: unknown): string =>
    plain((Array.isArray(value) ? value : [value]).map((one) => partner(String(one)) ?? '').join(','));
  const reasons = context.reasons.map(
    ({ code, policyId, ...reason }) =>
      `  ${style.bold(code)}${Object.entries({ ...(reason.policyName === undefined && { policyId }), ...reason })
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `  ${name === 'connectorId' ? 'partner' : name}=${shown(value)}`)
        .join('')}`,
  );
  const reported = context.report_only.map(
    ({ policyId, result, reasons: why }) =>
      `  report-only policy ${plain(policy(policyId))}: ${result}${why.length === 0 ? '' : ` (${why.map(({ code }) => code).join(', ')})`}`,
  );
  return [
    ...(reasons.length === 0 ? [] : ['', 'Reasons', ...reasons]),
    ...(reported.length === 0 ? [] : ['', 'Not enforced', ...reported]),
  ];
}
