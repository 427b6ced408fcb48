import type { Step } from '../conformance/conformance-report.ts';
import type { Exchange, Fault, FaultKind } from '../sandbox/exchange.ts';
import { faultOf } from '../sandbox/faults.ts';
import { FORM } from './form-steps.ts';
import type { ScenarioStep } from './judgement.ts';
import { isNews, look, type WatchSettings } from './seen.ts';
import { STORY } from './story-steps.ts';
import { repetitionOf, TROUBLE } from './trouble-steps.ts';

export const SCENARIO: readonly ScenarioStep[] = [...STORY, ...TROUBLE, ...FORM];

/** How far an integration has come, told from all its calls. Pure: the same calls always give the same answer. */
export function judgeScenario(exchanges: readonly Exchange[], settings: WatchSettings): readonly Step[] {
  const seen = look(exchanges, settings);
  return SCENARIO.map((step) => {
    const { state, detail } = step.judge(seen);
    return { id: step.id, title: step.title, required: step.required, state, detail };
  });
}

const ORDER: readonly FaultKind[] = ['unavailable', 'tooManyRequests', 'answerLost', 'tokenEnded', 'slow'];

/**
 * The fault for the call with reports that is just coming in: one of each kind, in order, each only after what
 * the one before it spoiled has come again, so that it shows which of them an integration cannot take.
 */
export function nextFault(exchanges: readonly Exchange[], settings: WatchSettings): Fault | undefined {
  const seen = look(exchanges, settings);
  if (!seen.sent.some((one) => one.report.threatState === 'secured' && isNews(one))) return undefined;
  for (const kind of ORDER) {
    const spoiled = seen.calls.find(({ fault }) => fault?.kind === kind);
    if (spoiled === undefined) return faultOf(kind);
    if (repetitionOf(seen, spoiled) === undefined) return undefined;
  }
  return undefined;
}
