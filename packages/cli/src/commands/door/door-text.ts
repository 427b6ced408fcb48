import type { DoorResource } from '@sallyport/contracts/client/index.ts';
import type { Style } from '../../output/style.ts';
import { facts } from '../../output/table.ts';

export function newKeyText(door: DoorResource, style: Style): string {
  return `${facts(
    [
      ['Door', door.displayName],
      ['The gateway asks', door.url],
      ['with X-Sallyport-Door-Key', door.secret],
      ['Events', door.eventsUrl],
      ...(door.formerKeyUntilDateTime === null ? [] : [['The former key ends', door.formerKeyUntilDateTime] as const]),
    ],
    style,
  )}\n${style.warn('The key is shown only now; the hub keeps a hash of it.')}\n`;
}
