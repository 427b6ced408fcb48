export { Integration, readKit, reportOn, THREAT, type Kit } from './integration.ts';
export { Reporter } from './reporter.ts';
