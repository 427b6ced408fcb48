/** A parsed `$filter`: names are resolved against the model, values are of the property's type. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Filter[] }
  | { readonly kind: 'not'; readonly part: Filter }
  | { readonly kind: 'compare'; readonly op: CompareOperator; readonly path: FilterPath; readonly value: FilterValue }
  | { readonly kind: 'text'; readonly fn: TextFunction; readonly path: FilterPath; readonly value: string }
  | { readonly kind: 'in'; readonly path: FilterPath; readonly values: readonly FilterValue[] }
  | { readonly kind: 'isof'; readonly type: string }
  /** `path` is a collection; `body` speaks of its items by `variable`; without `body`: is there any item? */
  | { readonly kind: 'any'; readonly path: FilterPath; readonly variable: string; readonly body: Filter | undefined };

export type CompareOperator = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
export type TextFunction = 'contains' | 'startswith' | 'endswith';
export type FilterValue = string | number | boolean | null;

export interface FilterPath {
  /** The lambda variable that it starts from; `undefined`: from the resource. */
  readonly variable: string | undefined;
  /** Only resources of this derived type have it. */
  readonly cast: string | undefined;
  readonly steps: readonly string[];
  /** Edm type, enum or complex type of what it leads to. */
  readonly type: string;
}

export const COMPARE_OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
export const TEXT_FUNCTIONS: readonly TextFunction[] = ['contains', 'startswith', 'endswith'];
