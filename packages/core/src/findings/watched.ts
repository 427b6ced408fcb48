import type { FindingReport } from '../vocabulary/signal.ts';
import { adviceKeyOf } from './taxonomy.ts';

/** What partners and their users call it in names and advice, whatever the category is. */
const WATCHING = /stalk|spy|surveil/iu;

/**
 * Whether a finding means that somebody may be watching the person: spyware, stalkerware, monitoring apps. That person
 * may be living with whoever put it there, who may be reading the screen, too. So texts on the device name nothing
 * of it, and never lead to removing it; operators see the finding as it is.
 */
export function mayBeWatched({
  category = 'unclassified',
  type,
  title,
  recommendedAction,
}: Pick<FindingReport, 'category' | 'type' | 'title' | 'recommendedAction'>): boolean {
  const advice = adviceKeyOf(category);
  if (advice === 'suspectSpyware' || advice === 'suspectStalkerware') return true;
  return (
    (category === 'unclassified' || category.startsWith('app.')) &&
    [type, title, recommendedAction].some((words) => words !== undefined && WATCHING.test(words))
  );
}
