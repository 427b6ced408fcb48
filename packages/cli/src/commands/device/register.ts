import type { DeviceResource } from '@sallyport/contracts/client/index.ts';
import { command } from '../../frame/command.ts';
import { oneOf, requiredText, text } from '../../frame/flags.ts';
import { DEVICES, findUser } from '../shared/find.ts';
import { warningLine, warningsIn } from '../shared/write-warnings.ts';
import { deviceText } from './device-text.ts';

export const register = command({
  name: 'register',
  summary: 'Register a device by hand; an inventory comes in with "sallyport import"',
  flags: {
    name: requiredText('NAME', 'What people call the device'),
    os: requiredText('SYSTEM', 'Android, iOS, macOS, Windows or Linux'),
    osVersion: text('VERSION', 'Version of the system, such as 14 or 17.5.1'),
    user: text('USER', 'Its primary user: id, user principal name or mail'),
    id: text('GUID', 'Its id, where it has one elsewhere; else one is made'),
    entraDeviceId: text('GUID', 'deviceId of the directory; what certificates and tokens usually name'),
    serial: text('NUMBER', 'Serial number'),
    imei: text('NUMBER', 'IMEI'),
    owner: oneOf(['company', 'personal'], 'Whose it is. Default: company'),
  },
  examples: [
    {
      line: 'sallyport device register --name "Ada\'s phone" --os Android --os-version 14 --user ada@example.com --serial SN-1',
    },
  ],
  async run({ flags }, { hub, style }) {
    const client = await hub();
    const device = await client.post<DeviceResource>(DEVICES, {
      ...(flags.id === undefined ? {} : { id: flags.id }),
      deviceName: flags.name,
      operatingSystem: flags.os,
      managedDeviceOwnerType: flags.owner ?? 'company',
      ...(flags.osVersion === undefined ? {} : { osVersion: flags.osVersion }),
      ...(flags.user === undefined ? {} : { userId: (await findUser(client, flags.user)).id }),
      ...(flags.entraDeviceId === undefined ? {} : { azureADDeviceId: flags.entraDeviceId }),
      ...(flags.serial === undefined ? {} : { serialNumber: flags.serial }),
      ...(flags.imei === undefined ? {} : { imei: flags.imei }),
    });
    const warnings = warningsIn(device).map(({ message }) => warningLine(message, style));
    return { json: device, text: `${deviceText(device, style)}${warnings.join('')}` };
  },
});
