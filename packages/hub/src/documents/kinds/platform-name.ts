import { z } from 'zod';
import type { Platform } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    platformName: true;
  }
}

/** What an administrator says that a system is. `other`: one that no compliance policy is for. `unreadable`: it may be any. */
export type NamedPlatform = Exclude<Platform, 'unknown'> | 'other' | 'unreadable';

const body = z.looseObject({ platform: z.enum(['android', 'iOS', 'macOS', 'windows', 'linux', 'other']) });

/** Its id is the name of the system, as `systemNameKey` has it. */
export const platformNameDocument = defineDocument({
  kind: 'platformName',
  name: 'name of a system with a platform',
  body,
  toRule: ({ platform }): NamedPlatform => platform,
  unreadable: (): NamedPlatform => 'unreadable',
  effectOf: ({ id }) => ({ ofSystem: id }),
  isTold: true,
});
