import type { Signal } from '@sallyport/core';

/** The flag of a report, save one about an id of its device, which says nothing about its state. */
export function flagOfState({ flag }: Pick<Signal, 'flag'>): string | undefined {
  return flag?.startsWith('unusable ') === true ? undefined : flag;
}
