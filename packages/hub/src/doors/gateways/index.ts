import type { DoorKind } from '../../documents/kinds/door.ts';
import type { Gateway } from './gateway.ts';
import { nginx } from './nginx.ts';

/** Every kind of gateway that can be a door. Adding one is a file beside this one and a row here. */
export const GATEWAYS: Readonly<Record<DoorKind, Gateway>> = { nginx };
