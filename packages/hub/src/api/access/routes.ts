import type { FastifyPluginCallback } from 'fastify';
import type { Authenticator } from '../../http/access-guard.ts';
import type { RouteAccess, RouteDoc } from '../../http/route-access.ts';
import { Evaluator } from './evaluator.ts';
import type { EvaluatorOptions } from './evaluator.ts';
import { installFastPath } from '../../http/fast-path/fast-path.ts';
import { askingClient } from './asking-client.ts';
import { OBLIGATIONS_CAPABILITY, STEP_UP } from './obligations.ts';
import { fastEvaluation } from './fast-evaluation.ts';
import * as schemas from './schemas.ts';

export interface AccessRoutesOptions extends EvaluatorOptions {
  /** With it, plain evaluations are answered before the router; see `fast-path.ts`. */
  readonly authenticator?: Authenticator | undefined;
  readonly onAnswered?: ((seconds: number) => void) | undefined;
}

const EVALUATE: RouteAccess = { kind: 'permission', anyOf: ['Sallyport.Access.Evaluate'] };
const PUBLIC: RouteAccess = {
  kind: 'public',
  why: 'AuthZEN metadata, section 9: callers read it before they have a token',
};
const JSON_TYPE = 'application/json; charset=utf-8';
const KIB = 1_024;

/**
 * AuthZEN Authorization API 1.0 as a policy decision point (openid.net/specs/authorization-api-1_0.html).
 * A deny is 200 with `decision: false`.
 */
export function accessRoutes(options: AccessRoutesOptions): FastifyPluginCallback {
  const evaluator = new Evaluator(options);
  const metadata = JSON.stringify(metadataOf(options.baseUrl));
  return (app, _, done) => {
    if (options.authenticator?.peek !== undefined)
      installFastPath(
        app,
        fastEvaluation(evaluator, options.onAnswered),
        options.authenticator as Required<Authenticator>,
      );
    app.post(
      '/access/v1/evaluation',
      { config: { access: EVALUATE, doc: ONE, quiet: true, anyText: true }, bodyLimit: 64 * KIB },
      (request, reply) => {
        reply.header('content-type', JSON_TYPE).send(evaluator.evaluate(request.body, askingClient(request.caller)));
      },
    );
    app.post(
      '/access/v1/evaluations',
      { config: { access: EVALUATE, doc: MANY, quiet: true, anyText: true }, bodyLimit: KIB * KIB },
      (request, reply) => {
        reply.header('content-type', JSON_TYPE).send(evaluator.evaluateAll(request.body, askingClient(request.caller)));
      },
    );
    app.get('/.well-known/authzen-configuration', { config: { access: PUBLIC, doc: METADATA } }, (_request, reply) => {
      reply.header('content-type', JSON_TYPE).send(metadata);
    });
    done();
  };
}

/** `policy_decision_point` must be the base that the caller used (section 9.2.3), so it is the public address. */
function metadataOf(baseUrl: string): Readonly<Record<string, unknown>> {
  const base = baseUrl.replace(/\/+$/u, '');
  return {
    policy_decision_point: base,
    access_evaluation_endpoint: `${base}/access/v1/evaluation`,
    access_evaluations_endpoint: `${base}/access/v1/evaluations`,
    capabilities: [OBLIGATIONS_CAPABILITY],
    supported_obligations: [STEP_UP],
  };
}

const ONE: RouteDoc = {
  summary: 'May this user, with this device, use this application?',
  tags: ['access'],
  body: schemas.evaluationRequest,
  responses: { 200: { description: 'The decision; a deny is an answer too.', schema: schemas.evaluationResponse } },
};

const MANY: RouteDoc = {
  summary: 'Several evaluations in one call',
  tags: ['access'],
  body: schemas.evaluationsRequest,
  responses: {
    200: {
      description: 'The decisions in order, cut after the one that ended it.',
      schema: schemas.evaluationsResponse,
    },
  },
};

const METADATA: RouteDoc = {
  summary: 'Where this policy decision point is',
  tags: ['access'],
  responses: { 200: { description: 'AuthZEN metadata.', schema: schemas.metadataResponse } },
};
