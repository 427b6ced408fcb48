import { readFileSync } from 'node:fs';

/** What a config of nginx with a Sallyport door is made of. Paths are absolute. */
export interface NginxConfig {
  readonly folder: string;
  readonly port: number;
  /** Certificate and key of nginx itself. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly deviceCaFile: string;
  /** What `sallyport door pages` printed. */
  readonly pagesFile: string;
  /** `https://host:port` */
  readonly hubUrl: string;
  readonly hubCaFile: string;
  readonly doorId: string;
  readonly doorKey: string;
  /** `http://host:port` of the application behind. */
  readonly backendUrl: string;
  /** Hands the client's own headers to the hub. The manual says not to; tests do it to forge some. */
  readonly passClientHeaders: boolean;
  /** Leaves out the lines of the manual about buffers, as gateways have it that were set up before these lines were there. */
  readonly defaultBuffers: boolean;
  /** nginx may only name a user when it is root. */
  readonly isRoot: boolean;
}

const MANUAL = new URL('../../../../../docs/doors/nginx.md', import.meta.url);

/** The config of `docs/doors/nginx.md`, word for word but for names, paths and ports. */
export function nginxConfig(config: NginxConfig): string {
  const { folder } = config;
  return `
daemon off;
worker_processes 1;
${config.isRoot ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server_tokens off;
${ofTheManual(config)}
}
`;
}

function ofTheManual(config: NginxConfig): string {
  const [, manual = ''] = /^```nginx\n(.*?)^```$/msu.exec(readFileSync(MANUAL, 'utf8')) ?? [];
  const hub = new URL(config.hubUrl);
  const changes: readonly (readonly [string, string])[] = [
    ['listen 443 ssl', `listen 127.0.0.1:${config.port} ssl`],
    ['server_name mail.example.com', 'server_name localhost'],
    ['/etc/nginx/tls/mail.pem', config.certificateFile],
    ['/etc/nginx/tls/mail.key', config.keyFile],
    ['/etc/nginx/sallyport/device-ca.pem', config.deviceCaFile],
    ['/etc/nginx/sallyport/ca.pem', config.hubCaFile],
    ['/etc/nginx/sallyport/pages.conf', config.pagesFile],
    ['server sallyport.example.com:8443', `server ${hub.host}`],
    ['proxy_ssl_name sallyport.example.com', `proxy_ssl_name ${hub.hostname}`],
    [' sallyport.example.com;', ` ${hub.host};`],
    ['/doors/mail', `/doors/${config.doorId}`],
    ['YOUR-DOOR-SECRET', config.doorKey],
    ['http://mail.internal', config.backendUrl],
    ...(config.passClientHeaders ? [['proxy_pass_request_headers off', 'proxy_pass_request_headers on'] as const] : []),
  ];
  const changed = changes.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`docs/doors/nginx.md has no "${from}" in its configuration any more.`);
    return text.replaceAll(from, () => to);
  }, manual);
  return config.defaultBuffers
    ? changed.replaceAll(/^ *(?:proxy_buffer_size|proxy_buffers|large_client_header_buffers) .*$/gmu, '')
    : changed;
}
