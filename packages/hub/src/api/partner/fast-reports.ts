import type { Intake } from '../../pipeline/ports.ts';
import type { Clock } from '../../platform/clock.ts';
import type { FastRoute } from '../../http/fast-path/plain-connection.ts';
import { parseJsonBody } from '../../http/json-body.ts';
import { reportsOf, takeReports } from './take-call.ts';

/**
 * The plain call of a partner with reports. Refusals and their words are made on the ordinary way, which also
 * tries once more when the reports could not be taken.
 */
export function fastReports(intake: Intake, clock: Clock, onAnswered: FastRoute['onAnswered']): FastRoute {
  return {
    path: '/partner/v1/device-health',
    onAnswered,
    answer({ roles, connectorId }, body) {
      if (connectorId === undefined || !roles.has('update_device_health')) return undefined;
      try {
        return takeReports(intake, connectorId, reportsOf(parseJsonBody(body)), clock.now()).then((results) =>
          asciiJson({ results }),
        );
      } catch {
        return undefined;
      }
    },
  };
}

/** Ids of reports may be of any letters. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
