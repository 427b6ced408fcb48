export * from './connection.ts';
export * from './failures.ts';
export * from './hub-client.ts';
export * from './resources.ts';
