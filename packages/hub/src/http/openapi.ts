import type { FastifyInstance } from 'fastify';
import { z, type ZodType } from 'zod';
import { PERMISSIONS } from '@sallyport/contracts';
import { tokenEndpointOf, type Site } from '../platform/site.ts';
import { KEY_HEADER } from './route-access.ts';
import type { RouteAccess } from './route-access.ts';
import { routeTable, type RouteRow } from './route-table.ts';

/** The API described by itself: OpenAPI 3.1 made from the table of routes and the schemas that check them. */
export function addOpenApiRoute(
  app: FastifyInstance,
  options: { readonly site: Site; readonly version: string },
): void {
  let text: string | undefined;
  app.get(
    '/openapi.json',
    {
      config: {
        access: { kind: 'public', why: 'it says what is published in the source anyway' },
        doc: { summary: 'This document', tags: ['operations'], responses: { 200: { description: 'OpenAPI 3.1.' } } },
      },
    },
    (_request, reply) => {
      text ??= JSON.stringify(openApiOf(routeTable(app), options));
      reply.header('cache-control', 'public, max-age=300').type('application/json; charset=utf-8').send(text);
    },
  );
}

function openApiOf(
  rows: readonly RouteRow[],
  { site, version }: { readonly site: Site; readonly version: string },
): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const row of rows) {
    const path = row.path.replace(/:(\w+)(?:\([^)]*\))?/g, '{$1}').replace('*', '{path}');
    (paths[path] ??= {})[row.method.toLowerCase()] = operationOf(row, path);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version,
      description:
        'Turns what Mobile Threat Defense vendors know about a phone into access decisions. Paths under /v1.0 and /beta follow Microsoft Graph.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: site.baseUrl }],
    paths,
    components: {
      schemas: { GraphError: jsonSchemaOf(graphError, 'output') },
      securitySchemes: securitySchemesOf(site),
    },
  };
}

function operationOf({ method, access, doc }: RouteRow, path: string): object {
  const parameters = [
    ...pathParametersOf(path, doc?.params),
    ...parametersOf('query', doc?.query),
    ...parametersOf('header', doc?.headers),
  ];
  return {
    operationId: operationIdOf(method, path),
    summary: doc?.summary ?? `${method} ${path}`,
    ...(doc?.description === undefined ? {} : { description: doc.description }),
    ...(doc?.tags === undefined ? {} : { tags: doc.tags }),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(doc?.body === undefined
      ? {}
      : {
          requestBody: {
            required: !doc.body.safeParse(undefined).success,
            content: { [doc.bodyType ?? 'application/json']: { schema: jsonSchemaOf(doc.body, 'input') } },
          },
        }),
    responses: responsesOf(doc?.responses),
    security: securityOf(access),
  };
}

type Responses = NonNullable<NonNullable<RouteRow['doc']>['responses']>;

function responsesOf(responses: Responses | undefined): object {
  const described = Object.entries(responses ?? { 200: { description: 'Done' } }).map(
    ([status, { description, schema, headers }]) => [
      status,
      {
        description,
        ...headersOf(headers),
        ...(schema === undefined ? {} : { content: jsonContent(jsonSchemaOf(schema, 'output')) }),
      },
    ],
  );
  return {
    ...Object.fromEntries(described),
    default: { description: 'An error', content: jsonContent({ $ref: '#/components/schemas/GraphError' }) },
  };
}

function headersOf(headers: ZodType | undefined): object {
  if (headers === undefined) return {};
  return {
    headers: Object.fromEntries(
      Object.entries(propertiesOf(headers).properties).map(([name, schema]) => [name, { required: true, schema }]),
    ),
  };
}

function pathParametersOf(path: string, params: ZodType | undefined): object[] {
  const { properties } = propertiesOf(params);
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: properties[name] ?? { type: 'string' },
  }));
}

function parametersOf(place: 'query' | 'header', parameters: ZodType | undefined): object[] {
  const { properties, required } = propertiesOf(parameters);
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema,
  }));
}

function propertiesOf(schema: ZodType | undefined): {
  properties: Record<string, object>;
  required: readonly string[];
} {
  const { properties = {}, required = [] } = (schema === undefined ? {} : jsonSchemaOf(schema, 'input')) as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return { properties, required };
}

/** OpenAPI reads a list of alternatives; each of them is enough, as each permission of `anyOf` is. */
function securityOf(access: RouteAccess): object[] {
  switch (access.kind) {
    case 'permission':
      return access.anyOf.map((permission) => ({ oauth2: [permission] }));
    case 'partner':
      return [{ oauth2: ['update_device_health'] }];
    case 'door':
      return [{ door: [] }];
    case 'webhook':
      return [{ webhook: [] }];
    case 'public':
      return [];
  }
}

function securitySchemesOf(site: Site): object {
  return {
    oauth2: {
      type: 'oauth2',
      flows: {
        clientCredentials: {
          tokenUrl: tokenEndpointOf(site),
          scopes: Object.fromEntries(PERMISSIONS.map((name) => [name, `The application permission ${name}`])),
        },
      },
    },
    door: { type: 'apiKey', in: 'header', name: KEY_HEADER, description: 'The key of the door named in the path' },
    webhook: {
      type: 'http',
      scheme: 'bearer',
      description: 'The credentials or signature of the vendor behind the connector named in the path',
    },
  };
}

function operationIdOf(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  return [method.toLowerCase(), ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join('');
}

function jsonContent(schema: object): object {
  return { 'application/json': { schema } };
}

function jsonSchemaOf(schema: ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...jsonSchema } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
  return jsonSchema;
}

const graphError = z.object({
  error: z.object({
    code: z.string().describe('What clients branch on'),
    message: z.string(),
    target: z.string().optional().describe('The offending field'),
    innerError: z.object({
      code: z.string().optional(),
      date: z.string(),
      'request-id': z.string(),
      'client-request-id': z.string(),
    }),
  }),
});
