import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import { LANGUAGES } from '@sallyport/texts/languages.ts';
import { command } from '../../frame/command.ts';
import { oneOf, requiredText, text, texts } from '../../frame/flags.ts';
import { UsageError } from '../../frame/usage-error.ts';
import { pemFrom } from '../shared/pem-file.ts';
import { newKeyText } from './door-text.ts';
import { DOORS } from './list.ts';

export const create = command({
  name: 'create',
  summary: 'Make a door for a gateway, with its key',
  flags: {
    id: text('ID', 'Goes into the address: 1 to 63 lower-case letters, digits and hyphens'),
    name: requiredText('NAME', 'What people call the door'),
    deviceCa: text('FILE', "PEM of the CA that signs the devices' certificates; it vouches at this door only"),
    trustSet: text('ID', 'A trust set in its place'),
    application: text('APP', 'What is behind the door: Exchange, SharePoint, an id, ...'),
    rule: texts(
      'HOST/PATH=APP',
      'Which application a host and path belong to; the host may be empty, or *.example.com',
    ),
    userFrom: text(
      'HEADER',
      'Header in which the gateway names the user after signing them in. Default: device, the primary user of the device',
    ),
    language: oneOf(
      LANGUAGES,
      'Language of messages when the browser asks for none of the available ones. Default: en',
    ),
  },
  examples: [
    {
      line: 'sallyport door create --id front --name "Front gateway" --device-ca device-ca.pem --rule /mail=Exchange --rule /files=SharePoint',
    },
  ],
  async run({ flags }, { hub, style }) {
    if (flags.application === undefined && flags.rule.length === 0)
      throw new UsageError('Say what is behind the door: --application APP, or --rule HOST/PATH=APP.');
    if ((flags.deviceCa === undefined) === (flags.trustSet === undefined))
      throw new UsageError('Say whose device certificates count: --device-ca FILE, or --trust-set ID.');
    const door = await (await hub()).post<DoorResource>(DOORS, {
      ...(flags.id === undefined ? {} : { id: flags.id }),
      displayName: flags.name,
      ...(flags.deviceCa === undefined ? { trustSet: flags.trustSet } : { deviceCa: await pemFrom(flags.deviceCa) }),
      defaultApplication: flags.application ?? null,
      applications: flags.rule.map(ruleFrom),
      ...(flags.userFrom === undefined ? {} : { userFrom: flags.userFrom }),
      ...(flags.language === undefined ? {} : { language: flags.language }),
    });
    return { json: door, text: newKeyText(door, style) };
  },
});

/** `mail.example.com/owa=Exchange`, `/files=SharePoint`, `*.example.com=Intranet` */
function ruleFrom(text: string): Readonly<Record<string, string>> {
  const [, host, path, application] = /^([^/=]*)(\/[^=]*)?=(.+)$/u.exec(text) ?? [];
  if (application === undefined || (host === '' && path === undefined))
    throw new UsageError(
      `--rule takes HOST/PATH=APP, such as mail.example.com=Exchange or /files=SharePoint, not "${text}".`,
    );
  return {
    ...(host === undefined || host === '' ? {} : { host }),
    ...(path === undefined ? {} : { pathPrefix: path }),
    application,
  };
}
