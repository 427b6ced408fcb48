import type { TryOutProblem } from './vendor.ts';

/**
 * Why a record that says nothing cannot be read, completing "a record ..."; `undefined` where nothing stands at the places
 * that are asked for, as in the record of an audit. What stands there is not repeated: it may be about a person.
 */
export function whyUnread(problems: readonly TryOutProblem[]): string | undefined {
  const problem = problems.find(({ value }) => value !== undefined);
  if (problem === undefined) return undefined;
  const { field, path, message } = problem;
  return path === '$' ? message : `has a ${field} at ${path} that ${message}`;
}
