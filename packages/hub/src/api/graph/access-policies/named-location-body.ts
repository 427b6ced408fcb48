import { HubError } from '@sallyport/contracts';
import { TYPE_PREFIX, bareTypeName, type GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseCidr } from './cidr.ts';
import { requireText } from '../routes/documents.ts';

const RANGE_TYPES = ['iPv4CidrRange', 'iPv6CidrRange'] as const;

/** A named location as it is stored, complete with its defaults. Refuses what could not be matched later. */
export function settledLocation(body: GraphBody): GraphBody {
  requireText(body, 'displayName');
  switch (bareTypeName(body['@odata.type'])) {
    case 'ipNamedLocation':
      return { ...body, ipRanges: settledRanges(body.ipRanges as GraphBody[]) };
    case 'countryNamedLocation':
      return settledCountries(body);
    case 'compliantNetworkNamedLocation':
      throw new HubError('invalid_request', 'Compliant network locations are not supported yet.', {
        field: '@odata.type',
      });
    default:
      throw new HubError(
        'invalid_request',
        'Say with "@odata.type" which it is: #microsoft.graph.ipNamedLocation or #microsoft.graph.countryNamedLocation.',
        { field: '@odata.type' },
      );
  }
}

function settledRanges(ranges: readonly GraphBody[]): GraphBody[] {
  if (ranges.length === 0)
    throw new HubError('invalid_request', 'ipRanges must hold at least one range.', { field: 'ipRanges' });
  return ranges.map((range, index) => {
    const field = `ipRanges[${index}]`;
    const type = bareTypeName(range['@odata.type']);
    if (!RANGE_TYPES.some((known) => known === type))
      throw new HubError('invalid_request', `${field} must be an iPv4CidrRange or an iPv6CidrRange.`, {
        field: `${field}.@odata.type`,
      });
    const parsed = parseCidr(String(range.cidrAddress ?? ''));
    if (!parsed.ok)
      throw new HubError(
        'invalid_request',
        `${field}.cidrAddress ${parsed.problem}, not "${String(range.cidrAddress ?? '').slice(0, 60)}".`,
        { field: `${field}.cidrAddress` },
      );
    // Terraform's azuread provider sends every range as iPv4CidrRange: the address itself tells its family.
    return { ...range, '@odata.type': `${TYPE_PREFIX}iPv${parsed.family}CidrRange`, cidrAddress: parsed.cidr };
  });
}

function settledCountries(body: GraphBody): GraphBody {
  const countries = body.countriesAndRegions as string[];
  if (countries.length === 0)
    throw new HubError('invalid_request', 'countriesAndRegions must hold at least one country.', {
      field: 'countriesAndRegions',
    });
  for (const [index, country] of countries.entries()) {
    const field = `countriesAndRegions[${index}]`;
    if (!/^[A-Za-z]{2}$/.test(country))
      throw new HubError('invalid_request', `${field} must be a country code of two letters (ISO 3166-1), like SE.`, {
        field,
      });
  }
  if (body.countryLookupMethod === 'authenticatorAppGps') {
    throw new HubError('invalid_request', 'Locating by the authenticator app is not supported; use clientIpAddress.', {
      field: 'countryLookupMethod',
    });
  }
  return { ...body, countriesAndRegions: [...new Set(countries.map((country) => country.toUpperCase()))] };
}
