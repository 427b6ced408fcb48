export * from './admin.ts';
export * from './device-noun.ts';
export * from './foreign-words.ts';
export * from './help-desk.ts';
export type * from './hints.ts';
export * from './language.ts';
export * from './person-time.ts';
export * from './user.ts';
export type { DeviceNoun, UserText } from './text.ts';
