export * from './taxonomy.ts';
export * from './category-name.ts';
export * from './category-of.ts';
export { adviceFor } from './advice.ts';
export * from './watched.ts';
