import type { FastifyPluginAsync } from 'fastify';
import type { measureRequests } from '../http/operations.ts';
import type { Authenticator } from '../http/access-guard.ts';
import type { TrustSets } from '../evidence/trust-sets.ts';
import type { IntakeRunner } from '../intake/links/intake-runner.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { DataKey } from '../platform/data-key.ts';
import type { Outbound } from '../platform/outbound.ts';
import type { TrustedClock } from '../platform/trusted-clock.ts';
import type { Publisher } from '../publish/publisher.ts';
import type { Store } from '../store/store.ts';
import type { VendorLog } from '../vendors/vendor.ts';
import { accessRoutes } from './access/routes.ts';
import { clockRoutes } from './admin/organization/clock.ts';
import { connectorPreviewRoutes } from './admin/partners/connector-preview.ts';
import { deviceIdentityRoutes } from './admin/devices/device-identities.ts';
import { eventRoutes } from './admin/organization/events.ts';
import { findingRoutes } from './admin/findings/findings.ts';
import { mergeRuleRoutes } from './admin/partners/merge-rules.ts';
import { organizationRoutes } from './admin/organization/organization.ts';
import { platformNameRoutes } from './admin/devices/platform-names.ts';
import { policyPreviewRoutes } from './admin/policies/policy-preview.ts';
import { reinstateRoutes } from './admin/devices/reinstate.ts';
import { reportRoutes } from './admin/reports/reports.ts';
import { signalLimitRoutes } from './admin/partners/signal-limits.ts';
import { trustSetAdminRoutes } from './admin/organization/trust-sets.ts';
import { tryVendorRoutes } from './admin/partners/try-vendor.ts';
import { unknownTermRoutes } from './admin/partners/unknown-terms.ts';
import { vendorLinkRoutes } from './admin/partners/vendor-links.ts';
import { graphRoutes } from './graph/graph-routes.ts';
import { partnerRoutes } from './partner/partner-routes.ts';

export interface ApiDependencies {
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly clock: TrustedClock;
  readonly log: VendorLog;
  readonly authenticator: Authenticator;
  readonly trustSets: TrustSets;
  readonly runner: IntakeRunner;
  readonly http: Outbound;
  readonly dataKey: DataKey;
  /** Of what administrators watch. */
  readonly alerts: Publisher;
  readonly baseUrl: string;
  /** As the operator set it; `undefined`: Graph's links name the host that was asked. */
  readonly publicUrl: string | undefined;
  /** `HOST:PORT`, where senders of syslog connect to. */
  readonly syslogAddress: string | undefined;
  readonly timerOf: ReturnType<typeof measureRequests>;
}

/** All routes of the API but those of the wings and of tokens: Graph, decisions, partners, administrators. */
export function apiRoutes(deps: ApiDependencies): FastifyPluginAsync {
  const { store, pipeline, clock, log, authenticator, trustSets, runner, http, dataKey, alerts } = deps;
  const { baseUrl, publicUrl, syslogAddress, timerOf } = deps;
  const { configuration, decider, devices, intake, provisioning, questions, vocabulary } = pipeline;
  const { view } = decider;
  return async (app) => {
    await app.register(graphRoutes({ store, configuration, devices, view, clock, baseUrl: publicUrl }));
    await app.register(
      partnerRoutes({
        intake,
        provisioning,
        clock,
        authenticator,
        onTaken: timerOf('POST', '/partner/v1/device-health', 200),
      }),
    );
    await app.register(
      accessRoutes({
        decider,
        clock,
        baseUrl,
        authenticator,
        trustSets,
        onAnswered: timerOf('POST', '/access/v1/evaluation', 200),
      }),
    );
    await app.register(trustSetAdminRoutes({ store, configuration, clock, trustSets }));
    await app.register(mergeRuleRoutes({ store, configuration, clock, questions, view }));
    await app.register(organizationRoutes({ store, configuration, clock }));
    await app.register(signalLimitRoutes({ store, configuration, clock, questions }));
    await app.register(platformNameRoutes({ store, configuration, clock, questions }));
    await app.register(clockRoutes({ control: pipeline.clockControl }));
    await app.register(eventRoutes({ alerts }));
    await app.register(tryVendorRoutes({ clock }));
    await app.register(
      vendorLinkRoutes({ store, configuration, devices, vocabulary, clock, runner, dataKey, http, log, syslogAddress }),
    );
    await app.register(deviceIdentityRoutes({ store }));
    await app.register(connectorPreviewRoutes({ store, questions }));
    await app.register(policyPreviewRoutes({ store, questions }));
    await app.register(unknownTermRoutes({ vocabulary, view }));
    await app.register(reportRoutes({ store, devices, clock, view: decider.view }));
    await app.register(reinstateRoutes({ devices }));
    await app.register(findingRoutes({ store }));
  };
}
