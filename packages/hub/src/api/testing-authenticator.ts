import { HubError } from '@sallyport/contracts';
import type { Authenticator } from './access-guard.ts';

/** For tests: a token is the permissions that its caller has, with commas between. */
export const permissionsAsToken: Authenticator = {
  async authenticate(authorization) {
    if (authorization === undefined) throw new HubError('unauthenticated', 'no token');
    return { appId: 'admin-app', displayName: 'Admin', roles: new Set(authorization.split(',')) };
  },
};
