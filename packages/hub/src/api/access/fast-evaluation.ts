import type { FastRoute } from '../../http/fast-path/plain-connection.ts';
import { askingClient } from './asking-client.ts';
import type { Evaluator } from './evaluator.ts';

/** The hottest route of the product. Refusals and their words are made on the ordinary way. */
export function fastEvaluation(evaluator: Evaluator, onAnswered: FastRoute['onAnswered']): FastRoute {
  return {
    path: '/access/v1/evaluation',
    onAnswered,
    answer(caller, body) {
      if (!caller.roles.has('Sallyport.Access.Evaluate')) return undefined;
      try {
        return evaluator.evaluateBytes(body, askingClient(caller));
      } catch {
        return undefined;
      }
    },
  };
}
