export { Integration, readKit, reportOn, THREAT, type Kit } from './integration.ts';
export { InventoryWebhook, type Received } from './inventory-webhook.ts';
export { Reporter } from './reporter.ts';
export { connectSyslog, type SyslogTarget } from './syslog-sender.ts';
