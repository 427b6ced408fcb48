import { onOff, text } from '../../frame/flags.ts';
import { withoutAbsent } from '../shared/without-absent.ts';

/** What concerns the decisions that a client asks for; the same when it is made and when it is changed. */
export const askingFlags = {
  trustSet: text('ID', 'Trust set whose CAs vouch for the device certificates that it hands on; "none": none do'),
  stepsUp: onOff(
    'It lets nobody in before a second factor that the answer demands has been passed, though its requests do not say so',
  ),
  strictContext: onOff('Members of context that cannot be used are refused, instead of counting as unknown'),
};

export interface AskingValues {
  readonly trustSet: string | undefined;
  readonly stepsUp: boolean | undefined;
  readonly strictContext: boolean | undefined;
}

export function askingMembers({ trustSet, stepsUp, strictContext }: AskingValues): Readonly<Record<string, unknown>> {
  return withoutAbsent({
    deviceTrustSet: trustSet === 'none' ? null : trustSet,
    supportedObligations: stepsUp === undefined ? undefined : stepsUp ? ['step-up'] : [],
    strictContext,
  });
}
