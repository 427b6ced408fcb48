export * from './admin.ts';
export * from './device-noun.ts';
export * from './foreign-words.ts';
export * from './help-desk.ts';
export type * from './hints.ts';
export * from './message.ts';
export * from './signal-limit-texts.ts';
export * from './user.ts';
