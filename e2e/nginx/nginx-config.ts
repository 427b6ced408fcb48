/** What a config of nginx with a Sallyport door is made of. Paths are absolute. */
export interface NginxConfig {
  readonly folder: string;
  readonly port: number;
  /** Certificate and key of nginx itself. */
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly deviceCaFile: string;
  /** `https://host:port` */
  readonly hubUrl: string;
  readonly hubCaFile: string;
  readonly doorId: string;
  readonly doorKey: string;
  /** `http://host:port` of the application behind. */
  readonly backendUrl: string;
  /** Hands the client's own headers to the hub. The manual says not to; tests do it to forge some. */
  readonly passClientHeaders: boolean;
  /** nginx may only name a user when it is root. */
  readonly isRoot: boolean;
}

/** The config of `docs/doors/nginx.md`, with paths and ports of its own. */
export function nginxConfig(config: NginxConfig): string {
  const { folder, port, deviceCaFile, backendUrl } = config;
  const hub = new URL(config.hubUrl);
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

  upstream sallyport { server ${hub.host}; keepalive 32; }
  map $sallyport_remediation $sallyport_link {
    ""      "";
    default '<p><a href="$sallyport_remediation">My device</a></p>';
  }

  server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${config.certificateFile};
    ssl_certificate_key ${config.keyFile};
    ssl_client_certificate ${deviceCaFile};
    ssl_verify_client optional;

    error_page 495 = @certificate_refused;

    location / {
      auth_request /_sallyport;
      auth_request_set $sallyport_message $upstream_http_x_sallyport_message;
      auth_request_set $sallyport_language $upstream_http_x_sallyport_language;
      auth_request_set $sallyport_remediation $upstream_http_x_sallyport_remediation;
      auth_request_set $sallyport_reason $upstream_http_x_sallyport_reason;
      auth_request_set $sallyport_user $upstream_http_x_sallyport_user;
      auth_request_set $sallyport_device $upstream_http_x_sallyport_device;
      error_page 403 = @sallyport_denied;
      error_page 401 500 = @sallyport_unavailable;
      proxy_set_header X-Sallyport-User $sallyport_user;
      proxy_set_header X-Sallyport-Device $sallyport_device;
      proxy_pass ${backendUrl};
    }

    location = /_sallyport {
      internal;
      proxy_pass https://sallyport/doors/${config.doorId};
      proxy_ssl_trusted_certificate ${config.hubCaFile};
      proxy_ssl_verify on;
      proxy_ssl_name ${hub.hostname};
      proxy_ssl_server_name on;
      proxy_http_version 1.1;
      proxy_connect_timeout 2s;
      proxy_read_timeout 5s;
      proxy_pass_request_body off;
      proxy_pass_request_headers ${config.passClientHeaders ? 'on' : 'off'};
      proxy_set_header Host ${hub.host};
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
      proxy_set_header Accept-Language $http_accept_language;
      proxy_set_header X-Sallyport-Door-Key ${config.doorKey};
      proxy_set_header X-Original-URI $request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Original-Host $server_name;
      proxy_set_header X-Real-IP $remote_addr;
      proxy_set_header X-SSL-Client-Verify $ssl_client_verify;
      proxy_set_header X-SSL-Client-Cert $ssl_client_escaped_cert;
    }

    location @sallyport_denied {
      default_type "text/html; charset=utf-8";
      add_header Cache-Control no-store always;
      add_header X-Sallyport-Reason $sallyport_reason always;
      return 403 '<!doctype html><html lang="$sallyport_language"><meta charset="utf-8"><title>Sallyport</title><p>$sallyport_message</p>$sallyport_link</html>';
    }

    location @sallyport_unavailable {
      default_type "text/html; charset=utf-8";
      add_header Cache-Control no-store always;
      add_header Retry-After 30 always;
      return 503 '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sallyport</title><p>Access cannot be checked right now, so it stays closed. Try again in a few minutes.</p></html>';
    }

    location @certificate_refused {
      default_type "text/html; charset=utf-8";
      add_header Cache-Control no-store always;
      return 403 '<!doctype html><html lang="en"><meta charset="utf-8"><title>Sallyport</title><p>The certificate of your device is not valid. Open your device management app and let it synchronise.</p></html>';
    }
  }
}
`;
}
