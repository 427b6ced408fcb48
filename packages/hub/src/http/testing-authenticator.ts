import { HubError } from '@sallyport/contracts';
import type { Authenticator } from './access-guard.ts';
import type { Caller } from './route-access.ts';

/** For tests: a token is the permissions that its caller has, with commas between. */
export const permissionsAsToken: Authenticator = {
  async authenticate(authorization) {
    if (authorization === undefined) throw new HubError('unauthenticated', 'no token');
    return { appId: 'admin-app', displayName: 'Admin', roles: new Set(authorization.split(',')) };
  },
};

/** For tests: callers by their whole `Authorization`; all of them are known at once, as after a first call. */
export function knownCallers(callers: Readonly<Record<string, Caller>>): Required<Authenticator> {
  return {
    peek: (authorization) => callers[authorization],
    async authenticate(authorization) {
      const caller = callers[authorization ?? ''];
      if (caller === undefined) throw new HubError('unauthenticated', 'no');
      return caller;
    },
  };
}
