import { alone, text } from './flags.ts';

/** Flags of every command that talks to a hub. */
export const GLOBAL_FLAGS = {
  data: text('DIR', 'Data folder of the hub, whose admin.json is used. Default: SALLYPORT_DATA or ./data'),
  url: text(
    'URL',
    'Address of the hub, instead of a data folder; with --tenant, --client-id and SALLYPORT_CLIENT_SECRET',
  ),
  tenant: text('ID', 'Tenant of the hub; also SALLYPORT_TENANT'),
  clientId: text(
    'ID',
    'Client that calls; also SALLYPORT_CLIENT_ID. Its secret comes from SALLYPORT_CLIENT_SECRET only',
  ),
  ca: text('FILE', "PEM of the authority that signed the hub's certificate; also SALLYPORT_CA"),
  json: alone('Print JSON instead of text'),
  help: alone('Tell what a command does'),
} as const;
