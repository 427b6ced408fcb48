import type { ServeSettings } from './settings.ts';

/** Why the hub could not start, for the operator: what is wrong, and what to do. Holds no secrets. */
export function startProblem(
  error: unknown,
  {
    listen: main,
    syslogListen,
    dataDir,
  }: Pick<ServeSettings, 'listen' | 'dataDir'> & Partial<Pick<ServeSettings, 'syslogListen'>>,
): string {
  const { code, syscall, path, message, port } = error as Partial<NodeJS.ErrnoException> & { readonly port?: number };
  const ofSyslog = syslogListen !== undefined && port === syslogListen.port && port !== main.port;
  const [listen, flag] = ofSyslog ? [syslogListen, '--syslog-listen'] : [main, '--listen'];
  const address = `${listen.host}:${listen.port}`;
  switch (code) {
    case 'EADDRINUSE':
      return `Another program listens on ${address} already. Stop it, or choose another address with ${flag}.`;
    case 'EADDRNOTAVAIL':
      return `${listen.host} is no address of this machine. Choose another with ${flag}; 0.0.0.0 listens on all of them.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return syscall === 'getaddrinfo'
        ? `The name ${listen.host} has no address. Choose another with ${flag}.`
        : shown(error);
    case 'EACCES':
    case 'EPERM':
      return syscall === 'listen'
        ? `This user may not listen on ${address}; ports below 1024 are often reserved. Choose another with ${flag}.`
        : ofFolder(dataDir, path, 'may not be written by this user');
    case 'EEXIST':
    case 'ENOTDIR':
      return ofFolder(dataDir, path, 'is, or lies in, a file and not a folder');
    case 'EROFS':
      return ofFolder(dataDir, path, 'is on a file system that can only be read');
    case 'ENOENT':
      return ofFolder(dataDir, path, 'cannot be made there');
    case 'ERR_SQLITE_ERROR':
      return isReadOnly(error)
        ? ofFolder(dataDir, undefined, 'may not be written by this user')
        : ofDatabase(dataDir, shown(error));
    case '28000':
    case '28P01':
    case '3D000':
      return `PostgreSQL refuses: ${shown(error)}. Look at --database or SALLYPORT_DATABASE_URL.`;
    case 'ENOSPC':
      return `The disk of the data folder ${dataDir} is full. Make room, and start again.`;
    default:
      return message?.startsWith('SQLite: ') ? ofDatabase(dataDir, message) : (message ?? shown(error));
  }
}

/** What does not pass by itself: a damaged file, or one of another program. */
function ofDatabase(dataDir: string, problem: string): string {
  return `The database in ${dataDir} cannot be used (${problem}). Put back its file from your backup, or choose another folder with --data.`;
}

/** SQLITE_READONLY (https://sqlite.org/rescode.html#readonly) with any extension. */
function isReadOnly(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 8;
}

/** Files outside the folder are named as the system names them. */
function ofFolder(dataDir: string, path: string | undefined, problem: string): string {
  const inside =
    path === undefined || path === dataDir || path.startsWith(`${dataDir}/`) || dataDir.startsWith(`${path}/`);
  return inside
    ? `The data folder ${dataDir} ${problem}${path === undefined || path === dataDir ? '' : ` (${path})`}. Choose another with --data.`
    : `${path} ${problem}.`;
}

function shown(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
