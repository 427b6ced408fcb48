export type { AdviceKey } from './advice-key.ts';
export * from './taxonomy.ts';
export * from './category-of.ts';
export * from './watched.ts';
