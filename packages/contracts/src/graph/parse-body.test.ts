import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HubError } from '../errors.ts';
import { withDefaults } from './defaults.ts';
import { parseBody, parseParameters } from './parse-body.ts';
import { render } from './render.ts';
import type { GraphVersion } from './model.ts';

const IOS = '#microsoft.graph.iosCompliancePolicy';

function problem(
  typeName: string,
  body: unknown,
  version: GraphVersion = 'beta',
): { field: string | undefined; message: string } {
  try {
    parseBody(typeName, body, version);
  } catch (error) {
    if (error instanceof HubError) return { field: error.details.field, message: error.message };
    throw error;
  }
  throw new Error('The body was accepted.');
}

describe('a body is refused with the path of what is wrong', () => {
  test.each([
    ['deviceCompliancePolicy', { displayName: 'x' }, '@odata.type', 'iosCompliancePolicy'],
    ['deviceCompliancePolicy', { '@odata.type': '#microsoft.graph.user' }, '@odata.type', 'must be one of'],
    ['deviceCompliancePolicy', { '@odata.type': IOS, osMinimumVersion: 14 }, 'osMinimumVersion', 'must be a string'],
    [
      'deviceCompliancePolicy',
      { '@odata.type': IOS, passcodeMinimumLength: 3 },
      'passcodeMinimumLength',
      'from 4 to 14',
    ],
    ['deviceCompliancePolicy', { '@odata.type': IOS, nonsense: 1 }, 'nonsense', 'no property'],
    [
      'deviceCompliancePolicy',
      { '@odata.type': IOS, osminimumversion: '1' },
      'osminimumversion',
      'spelled "osMinimumVersion"',
    ],
    ['deviceCompliancePolicy', { '@odata.type': IOS, displayName: 'x'.repeat(257) }, 'displayName', 'at most 256'],
    [
      'deviceCompliancePolicy',
      { '@odata.type': IOS, deviceThreatProtectionEnabled: null },
      'deviceThreatProtectionEnabled',
      'cannot be null',
    ],
    [
      'deviceCompliancePolicy',
      { '@odata.type': IOS, assignments: [{ target: { groupId: 'g' } }] },
      'assignments[0].target.@odata.type',
      'groupAssignmentTarget',
    ],
    [
      'deviceCompliancePolicy',
      { '@odata.type': IOS, scheduledActionsForRule: [{ scheduledActionConfigurations: [{ actionType: 'explode' }] }] },
      'scheduledActionsForRule[0].scheduledActionConfigurations[0].actionType',
      'one of noAction',
    ],
    [
      'conditionalAccessPolicy',
      { conditions: { users: { includeUsers: [1] } } },
      'conditions.users.includeUsers[0]',
      'a string',
    ],
    ['conditionalAccessPolicy', { conditions: { times: { a: 1 } } }, 'conditions.times', 'not supported'],
    ['conditionalAccessPolicy', { conditions: 5 }, 'conditions', 'must be an object'],
    [
      'conditionalAccessPolicy',
      { conditions: { platforms: { includePlatforms: 'android' } } },
      'conditions.platforms.includePlatforms',
      'must be a list',
    ],
    [
      'mobileThreatDefenseConnector',
      { partnerUnresponsivenessThresholdInDays: 1.5 },
      'partnerUnresponsivenessThresholdInDays',
      'a whole number',
    ],
    ['managedDevice', { enrolledDateTime: '2026-02-31T00:00:00Z' }, 'enrolledDateTime', 'a date and time'],
    ['managedDevice', { enrolledDateTime: 'yesterday' }, 'enrolledDateTime', 'a date and time'],
  ])('%s %j', (typeName, body, field, message) => {
    const found = problem(typeName, body);
    expect(found.field).toBe(field);
    expect(found.message).toContain(message);
  });

  test('the first problem is told, the others are named', () => {
    expect(problem('deviceCompliancePolicy', { '@odata.type': IOS, a: 1, b: 2 }).message).toContain('(1 more: b)');
  });

  test.each([null, undefined, 'text', 5, true, []])('%j is no body at all', (body) => {
    expect(() => parseBody('user', body, 'beta')).toThrow(HubError);
  });

  test('a property of beta sent to v1.0 is refused and says where it belongs', () => {
    expect(problem('mobileThreatDefenseConnector', { macEnabled: true }, 'v1.0').message).toContain('/beta');
    expect(
      problem(
        'deviceCompliancePolicy',
        { '@odata.type': '#microsoft.graph.androidDeviceOwnerCompliancePolicy' },
        'v1.0',
      ).field,
    ).toBe('@odata.type');
  });

  test('a placeholder is no value to store', () => {
    expect(
      problem('conditionalAccessPolicy', { conditions: { platforms: { includePlatforms: ['unknownFutureValue'] } } })
        .message,
    ).toContain('one of android');
  });
});

describe('an object without a value, as Kiota writes what is null', () => {
  test.each([
    ['conditionalAccessPolicy', { conditions: { users: {} } }, { conditions: { users: null } }],
    [
      'conditionalAccessPolicy',
      { conditions: { clientApplications: { servicePrincipalFilter: {}, '@odata.type': null } } },
      { conditions: { clientApplications: null } },
    ],
    [
      'conditionalAccessPolicy',
      { grantControls: { authenticationStrength: { '@odata.type': '#microsoft.graph.authenticationStrengthPolicy' } } },
      { grantControls: null },
    ],
    [
      'conditionalAccessPolicy',
      { sessionControls: { signInFrequency: {}, persistentBrowser: { mode: null } } },
      { sessionControls: null },
    ],
    [
      'conditionalAccessPolicy',
      {
        conditions: {
          users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest', externalTenants: {} } },
        },
      },
      {
        conditions: {
          users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest', externalTenants: null } },
        },
      },
    ],
    ['conditionalAccessPolicy', { conditions: { deviceStates: {}, times: { a: {} } } }, { conditions: {} }],
    ['deviceManagement', { settings: {} }, { settings: null }],
    ['user', { passwordProfile: {} }, { passwordProfile: null }],
    [
      'managedDevice',
      { hardwareInformation: {}, configurationManagerClientEnabledFeatures: {} },
      { hardwareInformation: null, configurationManagerClientEnabledFeatures: null },
    ],
  ])('%s %j is null', (typeName, body, parsed) => {
    expect(parseBody(typeName, body, 'beta')).toEqual(parsed);
  });

  test.each([
    [
      'deviceCompliancePolicy',
      { '@odata.type': IOS, osMaximumVersion: {}, description: {}, roleScopeTagIds: {}, assignments: {} },
      { '@odata.type': IOS, osMaximumVersion: null, description: null, roleScopeTagIds: [], assignments: [] },
    ],
    ['managedDevice', { serialNumber: {} }, { serialNumber: null }],
    [
      'conditionalAccessPolicy',
      { conditions: { users: { includeUsers: {}, excludeUsers: ['a'] } } },
      { conditions: { users: { includeUsers: [], excludeUsers: ['a'] } } },
    ],
  ])('%s %j: values and lists, too', (typeName, body, parsed) => {
    expect(parseBody(typeName, body, 'beta')).toEqual(parsed);
  });

  test('stays refused where a value is required, and where the object holds something', () => {
    expect(problem('conditionalAccessPolicy', { displayName: {} }).message).toContain('cannot be null');
    expect(problem('managedDevice', { serialNumber: { a: null } }).field).toBe('serialNumber');
    expect(problem('conditionalAccessPolicy', { conditions: { users: { includeUsers: { a: 1 } } } }).field).toBe(
      'conditions.users.includeUsers',
    );
  });

  test('a derived type is a value', () => {
    const body = { assignments: [{ target: { '@odata.type': '#microsoft.graph.allDevicesAssignmentTarget' } }] };
    expect(parseBody('deviceCompliancePolicy', { '@odata.type': IOS, ...body }, 'beta')).toEqual({
      '@odata.type': IOS,
      ...body,
    });
  });

  test('is refused as an item of a list, and where it names what is not there', () => {
    expect(problem('deviceCompliancePolicy', { '@odata.type': IOS, restrictedApps: [{}] }).field).toBe(
      'restrictedApps[0]',
    );
    expect(problem('conditionalAccessPolicy', { conditions: { users: { nobody: null } } }).field).toBe(
      'conditions.users.nobody',
    );
  });
});

describe('what an answer hides may be sent back', () => {
  const stored = {
    conditions: { platforms: { includePlatforms: ['iOS', 'linux'], excludePlatforms: [] } },
    sessionControls: { continuousAccessEvaluation: { mode: 'strictLocation' } },
  };
  const platforms = (includePlatforms: string[], from?: object): unknown =>
    (
      parseBody(
        'conditionalAccessPolicy',
        { conditions: { platforms: { includePlatforms } } },
        'v1.0',
        from as Record<string, unknown>,
      ).conditions as { platforms: unknown }
    ).platforms;

  test('as it is shown', () => {
    for (const version of ['v1.0', 'beta'] as const) {
      const shown = render('conditionalAccessPolicy', stored, { version });
      expect(parseBody('conditionalAccessPolicy', shown, version, stored).conditions).toEqual(stored.conditions);
    }
    expect(
      parseBody(
        'conditionalAccessPolicy',
        render('conditionalAccessPolicy', stored, { version: 'beta' }),
        'beta',
        stored,
      ),
    ).toEqual(stored);
    const device = { deviceEnrollmentType: 'androidEnterpriseFullyManaged', managementAgent: 'google' };
    expect(parseBody('managedDevice', render('managedDevice', device, { version: 'v1.0' }), 'v1.0', device)).toEqual(
      device,
    );
    const flags = {
      conditions: {},
      grantControls: { authenticationStrength: { id: 'x', allowedCombinations: ['password'] } },
    };
    expect(parseBody('conditionalAccessPolicy', flags, 'v1.0', flags)).toMatchObject({
      grantControls: { authenticationStrength: { id: 'x' } },
    });
  });

  test('beside other members, and taken away by leaving it out', () => {
    expect(platforms(['unknownFutureValue', 'android'], stored)).toEqual({ includePlatforms: ['android', 'linux'] });
    expect(platforms(['android'], stored)).toEqual({ includePlatforms: ['android'] });
    expect(platforms(['linux', 'unknownFutureValue'], stored)).toEqual({ includePlatforms: ['linux'] });
  });

  test('only where something is hidden', () => {
    expect(
      problem('conditionalAccessPolicy', { conditions: { platforms: { includePlatforms: ['unknownFutureValue'] } } })
        .message,
    ).toContain('Prefer: include-unknown-enum-members');
    expect(() =>
      platforms(['unknownFutureValue'], { conditions: { platforms: { includePlatforms: ['iOS'] } } }),
    ).toThrow('unknownFutureValue');
  });
});

describe("a body is kept in the schema's spelling", () => {
  test('enums in any letter case, flags in the order of the schema', () => {
    const parsed = parseBody(
      'conditionalAccessPolicy',
      {
        state: 'ENABLED',
        conditions: {
          platforms: { includePlatforms: ['Android', 'IOS'] },
          users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'ServiceProvider, InternalGuest' } },
        },
      },
      'v1.0',
    );
    expect(parsed).toEqual({
      state: 'enabled',
      conditions: {
        platforms: { includePlatforms: ['android', 'iOS'] },
        users: { includeGuestsOrExternalUsers: { guestOrExternalUserTypes: 'internalGuest,serviceProvider' } },
      },
    });
  });

  test('times in UTC', () => {
    expect(parseBody('managedDevice', { enrolledDateTime: '2026-01-31T08:30:00+02:00' }, 'beta')).toEqual({
      enrolledDateTime: '2026-01-31T06:30:00.000Z',
    });
    expect(parseBody('managedDevice', { enrolledDateTime: '2026-01-31T08:30:00.1234567Z' }, 'beta')).toEqual({
      enrolledDateTime: '2026-01-31T08:30:00.1234567Z',
    });
  });

  test('without what only the service sets, and without annotations', () => {
    expect(
      parseBody(
        'deviceCompliancePolicy',
        {
          '@odata.context': 'https://graph.example/$metadata',
          '@odata.type': 'microsoft.graph.iosCompliancePolicy',
          'assignments@odata.context': 'x',
          id: 'a',
          version: 7,
          createdDateTime: 'never',
          displayName: 'Phones',
        },
        'v1.0',
      ),
    ).toEqual({ '@odata.type': IOS, displayName: 'Phones' });
  });
});

test('what would be bound to another resource is refused, but for members and owners of a group', () => {
  const strength = {
    'authenticationStrength@odata.bind': 'https://graph.microsoft.com/v1.0/policies/authenticationStrengthPolicies/1',
  };
  expect(
    problem('conditionalAccessPolicy', {
      displayName: 'x',
      grantControls: { operator: 'AND', builtInControls: ['compliantDevice'], ...strength },
    }).field,
  ).toBe('grantControls.authenticationStrength@odata.bind');
  expect(problem('user', { 'manager@odata.bind': 'https://graph.microsoft.com/v1.0/users/1' }).field).toBe(
    'manager@odata.bind',
  );
  expect(parseBody('group', { displayName: 'x', 'members@odata.bind': [], 'owners@odata.bind': [] }, 'v1.0')).toEqual({
    displayName: 'x',
  });
});

test('parameters of an action may be written in any letter case', () => {
  const parameters = { assignments: { type: 'deviceCompliancePolicyAssignment', collection: true } };
  expect(parseParameters(parameters, { Assignments: [] }, 'v1.0')).toEqual({ assignments: [] });
  expect(() => parseParameters(parameters, { targets: [] }, 'v1.0')).toThrow('no parameter "targets"');
});

describe('a create fills in what Graph fills in', () => {
  test('booleans, enums and nullables of an iOS policy', () => {
    const body = withDefaults(
      'deviceCompliancePolicy',
      parseBody('deviceCompliancePolicy', { '@odata.type': IOS, displayName: 'x' }, 'v1.0'),
    );
    expect(body).toMatchObject({
      '@odata.type': IOS,
      deviceThreatProtectionEnabled: false,
      deviceThreatProtectionRequiredSecurityLevel: 'unavailable',
      osMinimumVersion: null,
      passcodeRequiredType: 'deviceDefault',
      roleScopeTagIds: ['0'],
      restrictedApps: [],
    });
    expect(body).not.toHaveProperty('assignments');
    expect(body).not.toHaveProperty('id');
  });

  test('inside conditions too', () => {
    expect(
      withDefaults('conditionalAccessPolicy', { conditions: { users: { includeUsers: ['All'] } } }).conditions,
    ).toMatchObject({
      users: { includeUsers: ['All'], excludeUsers: [], includeGroups: [], excludeGuestsOrExternalUsers: null },
      clientAppTypes: ['all'],
      platforms: null,
      userRiskLevels: [],
    });
  });
});

describe('a version sees its own members', () => {
  const connector = withDefaults('mobileThreatDefenseConnector', { macEnabled: true, partnerState: 'notSetUp' });

  test('v1.0 has no Mac toggle and no word for a partner that was never set up', () => {
    const shown = render('mobileThreatDefenseConnector', connector, { version: 'v1.0' });
    expect(shown).not.toHaveProperty('macEnabled');
    expect(shown.partnerState).toBe('unknownFutureValue');
    expect(
      render('mobileThreatDefenseConnector', connector, { version: 'v1.0', lateEnumMembers: true }).partnerState,
    ).toBe('notSetUp');
    expect(render('mobileThreatDefenseConnector', connector, { version: 'beta' })).toMatchObject({
      macEnabled: true,
      partnerState: 'notSetUp',
    });
  });

  test('members after the placeholder are hidden in both versions until asked for', () => {
    const policy = { conditions: { platforms: { includePlatforms: ['linux', 'iOS'], excludePlatforms: [] } } };
    const platforms = (late: boolean): unknown =>
      (
        render('conditionalAccessPolicy', policy, { version: 'beta', lateEnumMembers: late }).conditions as {
          platforms: unknown;
        }
      ).platforms;
    expect(platforms(false)).toEqual({ includePlatforms: ['unknownFutureValue', 'iOS'], excludePlatforms: [] });
    expect(platforms(true)).toEqual({ includePlatforms: ['linux', 'iOS'], excludePlatforms: [] });
  });

  test('navigation properties show when they are expanded', () => {
    const policy = {
      '@odata.type': IOS,
      displayName: 'x',
      assignments: [],
      scheduledActionsForRule: [{ id: 'r', ruleName: null, scheduledActionConfigurations: [{ actionType: 'block' }] }],
    };
    expect(render('deviceCompliancePolicy', policy, { version: 'v1.0' })).toEqual({
      '@odata.type': IOS,
      displayName: 'x',
    });
    expect(
      render('deviceCompliancePolicy', policy, {
        version: 'v1.0',
        expand: { assignments: {}, scheduledActionsForRule: {} },
      }),
    ).toEqual({
      '@odata.type': IOS,
      displayName: 'x',
      assignments: [],
      scheduledActionsForRule: [{ id: 'r', ruleName: null }],
    });
    expect(
      render('deviceCompliancePolicy', policy, {
        version: 'v1.0',
        select: new Set(['displayName']),
        expand: { scheduledActionsForRule: { expand: { scheduledActionConfigurations: {} } } },
      }),
    ).toEqual({
      '@odata.type': IOS,
      displayName: 'x',
      scheduledActionsForRule: [{ id: 'r', ruleName: null, scheduledActionConfigurations: [{ actionType: 'block' }] }],
    });
  });
});

describe('for all bodies', () => {
  const types = [
    'mobileThreatDefenseConnector',
    'deviceCompliancePolicy',
    'conditionalAccessPolicy',
    'managedDevice',
    'namedLocation',
    'user',
  ];
  const odata = fc.constantFrom(IOS, '#microsoft.graph.ipNamedLocation', 5, null, 'x');
  const anyBody = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.record(
      {
        '@odata.type': odata,
        displayName: fc.jsonValue(),
        conditions: fc.jsonValue({ maxDepth: 3 }),
        ipRanges: fc.jsonValue(),
        id: fc.jsonValue(),
      },
      { requiredKeys: [] },
    ),
  );

  test('the parser throws nothing but HubError', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types),
        anyBody,
        fc.constantFrom<GraphVersion>('v1.0', 'beta'),
        (typeName, body, version) => {
          try {
            parseBody(typeName, body, version);
          } catch (error) {
            if (!(error instanceof HubError)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  const anyPolicy = fc.record(
    {
      '@odata.type': fc.constant(IOS),
      displayName: fc.string({ maxLength: 256 }),
      description: fc.option(fc.string()),
      deviceThreatProtectionEnabled: fc.boolean(),
      deviceThreatProtectionRequiredSecurityLevel: fc.constantFrom('low', 'LOW', 'high', 'notSet'),
      passcodeMinimumLength: fc.option(fc.integer({ min: 4, max: 14 })),
      roleScopeTagIds: fc.array(fc.string()),
      assignments: fc.array(
        fc.record({
          target: fc.record({
            '@odata.type': fc.constant('#microsoft.graph.groupAssignmentTarget'),
            groupId: fc.uuid(),
          }),
        }),
      ),
    },
    { requiredKeys: ['@odata.type'] },
  );

  test('what was answered parses to what was stored', () => {
    fc.assert(
      fc.property(anyPolicy, (body) => {
        const stored = withDefaults('deviceCompliancePolicy', parseBody('deviceCompliancePolicy', body, 'beta'));
        const shown = render('deviceCompliancePolicy', stored, {
          version: 'beta',
          lateEnumMembers: true,
          expand: { assignments: {} },
        });
        const again = withDefaults('deviceCompliancePolicy', parseBody('deviceCompliancePolicy', shown, 'beta'));
        expect(again).toEqual(stored);
      }),
      { numRuns: 200 },
    );
  });
});
