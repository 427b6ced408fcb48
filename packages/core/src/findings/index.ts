export * from './taxonomy.ts';
export * from './category-name.ts';
export * from './category-of.ts';
export * from './advice.ts';
