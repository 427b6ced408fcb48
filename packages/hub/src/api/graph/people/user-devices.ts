import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import type { DocumentRow } from '../../../store/store.ts';
import type { GraphDependencies, GraphRequest } from '../routes/route.ts';

/**
 * Writes a user's new names to the devices of the user, which show them, are found by them, and are known to partners by
 * the addresses: an old one may become somebody else's. Any later change of the user does what was left undone.
 */
export async function renameOnDevices(
  deps: GraphDependencies,
  request: GraphRequest,
  former: GraphBody,
  user: DocumentRow,
): Promise<void> {
  for (const id of deps.view.devicesOfUser(user.id)) {
    await deps.devices.change(request.caller.appId, id, async (row) => {
      const names = namesOn(row.resource, former, user.body);
      const isSame = Object.entries(names).every(([name, value]) => row.resource[name] === value);
      return isSame || row.resource.userId !== user.id
        ? undefined
        : { ...row, resource: { ...row.resource, ...names }, modifiedAt: deps.clock.now() };
    });
  }
}

/** An address that somebody gave to the device itself stays. */
function namesOn(resource: GraphBody, former: GraphBody, user: GraphBody): GraphBody {
  const isOfUser = (resource.emailAddress ?? null) === (former.mail ?? null);
  return {
    userPrincipalName: user.userPrincipalName,
    userDisplayName: user.displayName ?? null,
    ...(isOfUser ? { emailAddress: user.mail ?? null } : {}),
  };
}
