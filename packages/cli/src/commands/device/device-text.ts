import type { DeviceResource } from '@sallyport/contracts/client/index.ts';
import type { Style } from '../../output/style.ts';
import { facts } from '../../output/table.ts';
import { instant } from '../shared/paint.ts';

export function deviceText(device: DeviceResource, style: Style): string {
  return facts(
    [
      ['Name', device.deviceName],
      ['Id', device.id],
      ['Entra device id', device.azureADDeviceId],
      ['Serial number', device.serialNumber],
      ['User', device.userPrincipalName],
      ['System', [device.operatingSystem, device.osVersion].filter(Boolean).join(' ')],
      ['Compliance', device.complianceState],
      ['Reported threat state', device.partnerReportedThreatState],
      ['Superseded by', device['@sallyport.supersededBy']],
      ['Last contact', instant(device.lastSyncDateTime)],
    ],
    style,
  );
}
