export { startPostgresProxy, type PostgresProxy } from './postgres-proxy.ts';
export { startPostgres, withClient, type PostgresServer } from './start-postgres.ts';
