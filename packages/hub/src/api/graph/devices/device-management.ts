import { withDefaults } from '@sallyport/contracts/graph/defaults.ts';
import type { GraphBody } from '@sallyport/contracts/graph/model.ts';
import { parseBody } from '@sallyport/contracts/graph/parse-body.ts';
import { parseQuery } from '@sallyport/contracts/graph/odata/parse-query.ts';
import { managementSettingsDocument, SETTINGS_ID } from '../../../documents/kinds/management-settings.ts';
import { putDocument } from '../../../documents/write.ts';
import { entityAnswer, renderFor } from '../routes/answers.ts';
import { writing } from '../routes/documents.ts';
import { COMPLIANCE } from '../routes/permissions.ts';
import { changes, gets } from '../routes/route-doc.ts';
import type { GraphAnswer, GraphDependencies, GraphRequest, GraphRoute } from '../routes/route.ts';

const KIND = 'deviceManagementSettings';
const place = { path: 'deviceManagement', type: 'deviceManagement' };

/** The tenant's settings: whether a device without a policy is compliant, and when silence makes it inactive. */
export function deviceManagementRoutes(deps: GraphDependencies): GraphRoute[] {
  return [
    {
      method: 'GET',
      path: '/deviceManagement',
      access: COMPLIANCE.read,
      summary: 'Get the tenant and its settings',
      doc: gets('deviceManagement'),
      handle: async (request) => tenantAnswer(deps, request),
    },
    {
      method: 'GET',
      path: '/deviceManagement/settings',
      access: COMPLIANCE.read,
      summary: 'Get the compliance settings of the tenant',
      doc: gets(KIND),
      handle: async (request) => {
        const query = parseQuery(request.queryString, KIND, request.version, {});
        const settings = renderFor(request, KIND, await currentSettings(deps.store.documents), query);
        return {
          status: 200,
          body: {
            '@odata.context': `${request.origin}/${request.version}/$metadata#deviceManagement/settings`,
            ...settings,
          },
        };
      },
    },
    {
      method: 'PATCH',
      path: '/deviceManagement',
      access: COMPLIANCE.write,
      summary: 'Change the compliance settings of the tenant',
      doc: changes('deviceManagement'),
      handle: async (request) => {
        const { settings } = parseBody('deviceManagement', request.body, request.version);
        if (settings !== undefined && settings !== null) await change(deps, request, settings as GraphBody);
        return tenantAnswer(deps, request);
      },
    },
  ];
}

async function tenantAnswer(deps: GraphDependencies, request: GraphRequest): Promise<GraphAnswer> {
  const query = request.method === 'GET' ? parseQuery(request.queryString, place.type, request.version, {}) : {};
  const { '@odata.context': _entity, ...tenant } =
    entityAnswer(
      request,
      place,
      { subscriptionState: 'active', settings: await currentSettings(deps.store.documents) },
      query,
    ).body ?? {};
  return {
    status: 200,
    body: { '@odata.context': `${request.origin}/${request.version}/$metadata#deviceManagement`, ...tenant },
  };
}

async function currentSettings(documents: GraphDependencies['store']['documents']): Promise<GraphBody> {
  const row = await documents.get(KIND, SETTINGS_ID);
  return withDefaults(KIND, row?.body ?? {});
}

async function change(deps: GraphDependencies, request: GraphRequest, settings: GraphBody): Promise<void> {
  await putDocument(writing(deps, request), { ...managementSettingsDocument, id: SETTINGS_ID }, (row) => ({
    ...withDefaults(KIND, row?.body ?? {}),
    ...settings,
  }));
}
