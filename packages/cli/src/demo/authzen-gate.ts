import type { EvaluationAnswer, HubClient } from '@sallyport/contracts/client/index.ts';
import type { Gate, Met } from './gate.ts';
import type { Person, Place } from './people.ts';

/** Without a gateway: the same question that one would ask, put to the AuthZEN API. */
export function authzenGate(hub: HubClient): Gate {
  return {
    name: 'the AuthZEN API (nginx is not installed here; with it, the demo goes through a real gateway)',
    async ask(person, place): Promise<Met> {
      const { decision, context } = await evaluate(hub, person, place);
      return {
        granted: decision,
        answer: `decision: ${decision}`,
        text: decision ? undefined : context.reason_user[person.language],
      };
    },
    close: async () => undefined,
  };
}

export function evaluate(hub: HubClient, person: Person, { application }: Place): Promise<EvaluationAnswer> {
  return hub.post<EvaluationAnswer>('/access/v1/evaluation', {
    subject: { type: 'user', id: person.upn, properties: { device_id: person.deviceId } },
    action: { name: 'access' },
    resource: { type: 'application', id: application },
    context: { language: person.language },
  });
}
