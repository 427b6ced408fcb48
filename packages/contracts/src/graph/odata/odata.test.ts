import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HubError } from '../../errors.ts';
import { matchesFilter } from './evaluate-filter.ts';
import { parseFilter } from './parse-filter.ts';
import { parseQuery, type QuerySupport } from './parse-query.ts';

const USER = {
  displayName: "Ada O'Neil",
  accountEnabled: true,
  createdDateTime: '2026-01-31T08:30:00Z',
  mail: null,
  businessPhones: ['1', '2'],
  userPrincipalName: 'ada@example.org',
};
const COUNTRY = {
  '@odata.type': '#microsoft.graph.countryNamedLocation',
  displayName: 'Nordics',
  countriesAndRegions: ['SE', 'NO'],
};
const IP = {
  '@odata.type': '#microsoft.graph.ipNamedLocation',
  displayName: 'HQ',
  isTrusted: true,
  ipRanges: [{ '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '10.0.0.0/8' }],
};
const POLICY = {
  displayName: 'Mail',
  state: 'enabled',
  conditions: { users: { includeUsers: ['All'] } },
  grantControls: null,
};
const CONNECTOR = { partnerUnresponsivenessThresholdInDays: 7, partnerState: 'notSetUp', androidEnabled: true };

describe('a filter finds', () => {
  test.each<[string, string, object, boolean]>([
    ['user', "displayName eq 'ada o''neil'", USER, true],
    ['user', "displayName ne 'Bob'", USER, true],
    ['user', "DisplayName eq 'Ada O''Neil'", USER, true],
    ['user', "'Ada O''Neil' eq displayName", USER, true],
    ['user', "startswith(displayName,'ADA') and endswith(displayName, 'neil')", USER, true],
    ['user', "contains(displayName,'zz') or accountEnabled", USER, true],
    ['user', "contains(displayName,'ada') eq false", USER, false],
    ['user', 'not accountEnabled', USER, false],
    ['user', 'not(accountEnabled eq false)', USER, true],
    ['user', 'mail eq null', USER, true],
    ['user', 'mail ne null', USER, false],
    ['user', "mail gt 'a'", USER, false],
    ['user', "userPrincipalName in ('bob@example.org', 'ADA@example.org')", USER, true],
    ['user', 'createdDateTime ge 2026-01-31', USER, true],
    ['user', 'createdDateTime gt 2026-01-31T09:30:00+01:00', USER, false],
    ['user', "createdDateTime lt '2026-02-01T00:00:00Z'", USER, true],
    ['user', 'createdDateTime gt 2026-01-31T09:29:59.0000000 01:00 and accountEnabled', USER, true],
    ['user', "createdDateTime gt '2026-01-31T09:30:00 01:00'", USER, false],
    ['user', "accountEnabled eq true and (displayName eq 'x' or mail eq null)", USER, true],
    ['user', "businessPhones/any(p: p eq '2')", USER, true],
    ['user', "businessPhones/any(p: p eq '3')", USER, false],
    ['user', 'businessPhones/any()', USER, true],
    ['namedLocation', "isof('microsoft.graph.ipNamedLocation')", IP, true],
    ['namedLocation', "isof('microsoft.graph.ipNamedLocation')", COUNTRY, false],
    ['namedLocation', 'microsoft.graph.ipNamedLocation/isTrusted eq true', IP, true],
    ['namedLocation', 'microsoft.graph.ipNamedLocation/isTrusted eq true', COUNTRY, false],
    ['namedLocation', "microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq 'SE')", COUNTRY, true],
    ['namedLocation', "microsoft.graph.countryNamedLocation/countriesAndRegions/any(c: c eq 'SE')", IP, false],
    ['conditionalAccessPolicy', "state eq 'Enabled'", POLICY, true],
    ['conditionalAccessPolicy', "state eq microsoft.graph.conditionalAccessPolicyState'disabled'", POLICY, false],
    ['conditionalAccessPolicy', "conditions/users/includeUsers/any(u: u eq 'all')", POLICY, true],
    ['conditionalAccessPolicy', 'grantControls eq null', POLICY, true],
    ['mobileThreatDefenseConnector', 'partnerUnresponsivenessThresholdInDays le 7', CONNECTOR, true],
    ['mobileThreatDefenseConnector', '7 lt partnerUnresponsivenessThresholdInDays', CONNECTOR, false],
    ['mobileThreatDefenseConnector', "partnerState eq 'notSetUp'", CONNECTOR, true],
  ])('%s: %s', (type, filter, resource, expected) => {
    expect(matchesFilter(parseFilter(filter, type, 'beta'), { ...resource }, type)).toBe(expected);
  });
});

describe('a filter is refused', () => {
  test.each([
    ['user', '', 'is empty'],
    ['user', 'displayName', 'needs an operator'],
    ['user', 'displayName eq', 'ends where a value'],
    ['user', "displayName eq 'x' or", 'ends where'],
    ['user', "displayName eq 'x') or accountEnabled", 'where the end'],
    ['user', "(displayName eq 'x'", '")"'],
    ['user', "displayName == 'x'", 'cannot be read at position 12'],
    ['user', "displayName has 'x'", 'one of eq'],
    ['user', "displayName eq 'x", 'cannot be read'],
    ['user', 'displayName eq 5', 'text in single quotes'],
    ['user', "accountEnabled eq 'true'", 'without quotes'],
    ['user', 'accountEnabled gt true', 'use eq or ne'],
    ['user', "nonsense eq 'x'", 'no property of user'],
    ['user', "displayName/x eq 'x'", 'plain value'],
    ['user', "businessPhones eq '1'", 'any(x:'],
    ['user', "businessPhones/all(p: p eq '1')", 'only any()'],
    ['user', "tolower(displayName) eq 'x'", 'the functions are contains'],
    ['user', "displayName/any(p: p eq '1')", 'no list'],
    ['user', "businessPhones/any(p: businessPhones/any(q: q eq '1'))", 'within any()'],
    ['user', "contains(accountEnabled, 'x')", 'no text'],
    ['user', "isof('microsoft.graph.group')", 'not a type of this collection'],
    ['user', "isof('x')", 'not a type of this collection'],
    ['user', "createdDateTime gt 'yesterday'", 'a time like'],
    ['conditionalAccessPolicy', "state eq 'on'", 'one of enabled'],
    ['conditionalAccessPolicy', "conditions eq 'x'", 'is an object'],
    ['conditionalAccessPolicy', 'conditions/users/includeUsers/any(u: x eq 1)', 'no property'],
    ['mobileThreatDefenseConnector', "partnerUnresponsivenessThresholdInDays eq '7'", 'a whole number'],
    ['user', `${'('.repeat(50)}accountEnabled${')'.repeat(50)}`, 'deeper than'],
    ['user', `displayName eq '${'x'.repeat(9000)}'`, 'characters long'],
  ])('%s: %s', (type, filter, message) => {
    const failing = (): unknown => parseFilter(filter, type, 'beta');
    expect(failing).toThrow(HubError);
    expect(failing).toThrow(message);
  });

  test('where it names a property that only beta has', () => {
    expect(() => parseFilter('macEnabled eq true', 'mobileThreatDefenseConnector', 'v1.0')).toThrow('no property');
  });
});

const POLICIES: QuerySupport = {
  filter: true,
  orderBy: true,
  paging: true,
  count: true,
  expand: {
    assignments: { type: 'deviceCompliancePolicyAssignment' },
    scheduledActionsForRule: {
      type: 'deviceComplianceScheduledActionForRule',
      expand: { scheduledActionConfigurations: { type: 'deviceComplianceActionItem' } },
    },
  },
};

function query(text: string, support = POLICIES): ReturnType<typeof parseQuery> {
  return parseQuery(text, 'deviceCompliancePolicy', 'v1.0', support);
}

describe('query options', () => {
  test('with $, without it and encoded mean the same', () => {
    expect(query('$top=5&%24skip=2&count=true')).toMatchObject({ top: 5, skip: 2, count: true });
  });

  test('a filter may be encoded with %20 or +', () => {
    expect(query('$filter=displayName%20eq+%27a%26b%27').filter).toMatchObject({ kind: 'compare', value: 'a&b' });
  });

  test('expand nests and selects', () => {
    expect(
      query('$expand=assignments,scheduledActionsForRule($expand=scheduledActionConfigurations($select=actionType))')
        .expand,
    ).toEqual({
      assignments: {},
      scheduledActionsForRule: { expand: { scheduledActionConfigurations: { select: new Set(['actionType']) } } },
    });
  });

  test('select takes names of derived types, in any letter case', () => {
    expect(query('$select=id,DISPLAYNAME,osMinimumVersion').select).toEqual(
      new Set(['id', 'displayName', 'osMinimumVersion']),
    );
  });

  test('order by several', () => {
    expect(query('$orderby=displayName desc,createdDateTime').orderBy).toMatchObject([
      { steps: ['displayName'], descending: true },
      { steps: ['createdDateTime'], descending: false },
    ]);
  });

  test.each([
    ['$serach=x', '$serach', 'supported are $filter, $select, $expand, $orderby, $top, $skip, $count'],
    ['$search=x', '$search', 'is not supported here'],
    ['$apply=x', '$apply', 'is not supported'],
    ['$top=1&$top=2', '$top', 'given twice'],
    ['$top=1&top=2', '$top', 'given twice'],
    ['$top=-1', '$top', 'whole number'],
    ['$top=1001', '$top', 'from 0 to 1000'],
    ['$top=', '$top', 'whole number'],
    ['$count=yes', '$count', 'true or false'],
    ['$select=nonsense', '$select', 'no property'],
    ['$expand=nonsense', '$expand', 'it can expand assignments, scheduledActionsForRule'],
    ['$expand=*', '$expand', 'cannot expand'],
    ['$expand=assignments,assignments', '$expand', 'twice'],
    ['$expand=assignments($filter=id eq 1)', '$expand', 'only $select and $expand'],
    ['$expand=assignments(', '$expand', 'parentheses'],
    ['$expand=assignments)', '$expand', 'parentheses'],
    ['$orderby=displayName upwards', '$orderby', 'asc or desc'],
    ['$orderby=nonsense', '$orderby', 'no property'],
    ['$filter=%', '%', 'encoded'],
    ['$format=xml', '$format', 'json'],
  ])('%s is refused', (text, field, message) => {
    try {
      query(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(HubError);
      expect((error as HubError).details.field).toBe(field);
      expect((error as HubError).message).toContain(message);
    }
  });

  test('what a resource does not document is refused and says what it does', () => {
    expect(() => query('$filter=id eq 1', {})).toThrow('supported are $select');
  });
});

describe('for all texts', () => {
  const words = fc.constantFrom(
    'displayName',
    'eq',
    'and',
    'or',
    'not',
    '(',
    ')',
    "'x'",
    "'",
    'any',
    '/',
    ':',
    ',',
    'in',
    'contains',
    'isof',
    '5',
    'null',
    'true',
    '2026-01-01',
    'u',
    'businessPhones',
    'microsoft.graph.user',
    '$',
  );
  const soup = fc.array(words, { maxLength: 25 }).map((parts) => parts.join(' '));

  function throwsOnlyHubError(work: () => unknown): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof HubError)) throw error;
    }
  }

  test('the filter parser throws nothing but HubError, and what it accepts can be evaluated', () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) =>
        throwsOnlyHubError(() => matchesFilter(parseFilter(text, 'user', 'beta'), USER, 'user')),
      ),
      { numRuns: 3000 },
    );
  });

  test('the query parser throws nothing but HubError', () => {
    const option = fc
      .tuple(
        fc.constantFrom('$filter', '$select', '$expand', '$orderby', '$top', '$skip', '$count', 'x'),
        fc.oneof(soup, fc.string()),
      )
      .map(([name, value]) => `${name}=${value}`);
    fc.assert(
      fc.property(fc.array(option, { maxLength: 4 }), (options) => throwsOnlyHubError(() => query(options.join('&')))),
      { numRuns: 2000 },
    );
  });

  test('not turns every answer around, and a doubled not turns it back', () => {
    const resource = fc.record({ displayName: fc.option(fc.string()), accountEnabled: fc.boolean() });
    const filter = fc.constantFrom(
      "displayName eq 'a'",
      'accountEnabled',
      "startswith(displayName,'a')",
      "displayName gt 'm'",
      'displayName eq null',
    );
    fc.assert(
      fc.property(resource, filter, (body, text) => {
        const plain = matchesFilter(parseFilter(text, 'user', 'beta'), body, 'user');
        expect(matchesFilter(parseFilter(`not (${text})`, 'user', 'beta'), body, 'user')).toBe(!plain);
        expect(matchesFilter(parseFilter(`not not (${text})`, 'user', 'beta'), body, 'user')).toBe(plain);
      }),
    );
  });
});
