import { APPLICATIONS } from '../decisions/scenario.ts';
import { deviceId, type FleetSize } from '../fleet/people.ts';
import { Random } from '../shared/random.ts';

/** Bodies of AuthZEN evaluations: people with their own phones, all applications, from ever other addresses. */
export function makeQuestions(count: number, { devices, users }: FleetSize): readonly string[] {
  const random = new Random(11);
  return Array.from({ length: count }, () => {
    const device = random.below(devices);
    const host = `${random.below(256)}.${1 + random.below(254)}`;
    return JSON.stringify({
      subject: {
        type: 'user',
        id: `person${device % users}@contoso.example`,
        properties: { device_id: deviceId(device) },
      },
      action: { name: 'access' },
      resource: { type: 'application', id: random.pick(APPLICATIONS) },
      context: { ip: random.chance(0.3) ? `10.20.${host}` : `203.0.${host}`, client_app_type: 'browser' },
    });
  });
}
