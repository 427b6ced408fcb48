import { z } from 'zod';
import type { AccessPolicy, GrantControl, IncludeExclude } from '@sallyport/core';
import { defineDocument } from '../document-type.ts';
import { ids, text, texts } from './members.ts';

declare module '../../store/documents.ts' {
  interface DocumentKinds {
    conditionalAccessPolicy: true;
  }
}

const users = z.looseObject({ includeUsers: ids, excludeUsers: ids, includeGroups: ids, excludeGroups: ids });
const applications = z.looseObject({ includeApplications: ids, excludeApplications: ids });

/** A `conditionalAccessPolicy`. */
const body = z.looseObject({
  displayName: text,
  state: text,
  conditions: z
    .looseObject({
      users: users.nullish(),
      applications: applications.nullish(),
      platforms: z.looseObject({ includePlatforms: ids, excludePlatforms: ids }).nullish(),
      clientAppTypes: texts,
      locations: z.looseObject({ includeLocations: ids, excludeLocations: ids }).nullish(),
    })
    .nullish(),
  grantControls: z.looseObject({ operator: text, builtInControls: texts }).nullish(),
});

type PolicyBody = z.infer<typeof body>;

/** A policy without grant controls, or with none of ours, never denies. */
export function toAccessPolicy(stored: PolicyBody, id: string): AccessPolicy {
  const { users: who, applications: what, platforms, clientAppTypes = [], locations } = stored.conditions ?? {};
  return {
    id,
    displayName: stored.displayName ?? id,
    state: stateOf(stored.state),
    users: usersOf(who),
    applications: applicationsOf(what) ?? { include: [], exclude: [] },
    platforms: platforms ? { include: platforms.includePlatforms, exclude: platforms.excludePlatforms } : undefined,
    clientAppTypes: clientAppTypes.length === 0 ? ['all'] : clientAppTypes,
    locations: locations ? { include: locations.includeLocations, exclude: locations.excludeLocations } : undefined,
    grant: grantOf(stored.grantControls),
  };
}

function usersOf(who: z.infer<typeof users> | null | undefined): AccessPolicy['users'] {
  const { includeUsers = [], excludeUsers = [], includeGroups = [], excludeGroups = [] } = who ?? {};
  return { includeUsers, excludeUsers, includeGroups, excludeGroups };
}

function applicationsOf(what: z.infer<typeof applications> | null | undefined): IncludeExclude | undefined {
  return what ? { include: what.includeApplications, exclude: what.excludeApplications } : undefined;
}

function stateOf(state: string | undefined): AccessPolicy['state'] {
  return state === 'enabled' || state === 'enabledForReportingButNotEnforced' ? state : 'disabled';
}

function grantOf(grantControls: PolicyBody['grantControls']): AccessPolicy['grant'] {
  const controls = (grantControls?.builtInControls ?? []) as GrantControl[];
  if (controls.length === 0) return null;
  return { operator: grantControls?.operator === 'AND' ? 'AND' : 'OR', controls };
}

const legible = z.object({
  displayName: text.catch(undefined),
  state: text.catch('enabled'),
  conditions: z
    .object({ users: users.nullish().catch(undefined), applications: applications.nullish().catch(undefined) })
    .catch({}),
});

/** It blocks whom and what it is for, as far as that can be read; else everybody and everything. */
function closed(id: string, stored: Readonly<Record<string, unknown>>): AccessPolicy {
  const { displayName, state, conditions } = legible.parse({ conditions: {}, ...stored });
  return {
    id,
    displayName: displayName ?? id,
    state: stateOf(state ?? 'enabled'),
    users: conditions.users
      ? usersOf(conditions.users)
      : usersOf({ includeUsers: ['All'], excludeUsers: [], includeGroups: [], excludeGroups: [] }),
    applications: applicationsOf(conditions.applications) ?? { include: ['All'], exclude: [] },
    clientAppTypes: ['all'],
    grant: { operator: 'OR', controls: ['block'] },
  };
}

export const accessPolicyDocument = defineDocument({
  kind: 'conditionalAccessPolicy',
  name: 'conditional access policy',
  body,
  toRule: toAccessPolicy,
  unreadable: closed,
  effectOf: () => 'access',
  isTold: true,
});
