import type { AccessPolicy } from '../vocabulary/access.ts';
import { emptyMask, MaskByKey, setBit, type Mask } from './mask.ts';

/** One include/exclude condition of all policies. `All` is a word of its own; `None` names nobody. */
export class Dimension {
  readonly all: Mask;
  readonly excludingAll: Mask;
  readonly anyIncluded: Mask;
  readonly anyExcluded: Mask;
  readonly #including: MaskByKey;
  readonly #excluding: MaskByKey;

  constructor(
    policies: readonly AccessPolicy[],
    of: (policy: AccessPolicy) => { readonly include: readonly string[]; readonly exclude: readonly string[] },
    keep: (key: string) => boolean = () => true,
  ) {
    const masks = { all: emptyMask(policies.length), excludingAll: emptyMask(policies.length) };
    this.#including = new MaskByKey(policies.length);
    this.#excluding = new MaskByKey(policies.length);
    this.anyIncluded = emptyMask(policies.length);
    this.anyExcluded = emptyMask(policies.length);
    for (const [i, policy] of policies.entries()) {
      const { include, exclude } = of(policy);
      for (const key of include.filter(keep)) {
        setBit(this.anyIncluded, i);
        if (key === 'All') setBit(masks.all, i);
        else this.#including.add(key, i);
      }
      for (const key of exclude.filter(keep)) {
        setBit(this.anyExcluded, i);
        if (key === 'All') setBit(masks.excludingAll, i);
        else this.#excluding.add(key, i);
      }
    }
    this.all = masks.all;
    this.excludingAll = masks.excludingAll;
  }

  including(key: string): Mask | undefined {
    return this.#including.get(key);
  }

  excluding(key: string): Mask | undefined {
    return this.#excluding.get(key);
  }

  names(key: string): boolean {
    return this.#including.get(key) !== undefined || this.#excluding.get(key) !== undefined;
  }
}
