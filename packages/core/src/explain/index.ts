export * from './admin.ts';
export * from './language.ts';
export * from './user.ts';
export type { UserText } from './text.ts';
