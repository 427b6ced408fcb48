import type { ConnectorResource } from '@sallyport/contracts/client/index.ts';
import type { Style } from '../../output/style.ts';
import { facts } from '../../output/table.ts';
import { instant } from '../shared/paint.ts';

export function connectorText(connector: ConnectorResource, style: Style): string {
  return facts(
    [
      ['Partner', connector.partnerDisplayName],
      ['Id', connector.id],
      ['State', connector.partnerState],
      ['Last heartbeat', instant(connector.lastHeartbeatDateTime)],
      ['Android', connector.androidEnabled],
      ['iOS', connector.iosEnabled],
      ['Android blocked while data is missing', connector.androidDeviceBlockedOnMissingPartnerData],
      ['iOS blocked while data is missing', connector.iosDeviceBlockedOnMissingPartnerData],
      ['Integration', connector.integration],
      [
        'Only for groups',
        connector.enrolmentGroupIds.length === 0 ? undefined : connector.enrolmentGroupIds.join(', '),
      ],
      ['Unresponsive after days', connector.partnerUnresponsivenessThresholdInDays],
    ],
    style,
  );
}
