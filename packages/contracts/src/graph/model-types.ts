/** The two versions that Graph is served in. `beta` is the whole, `v1.0` the narrower view of the same store. */
export type GraphVersion = 'v1.0' | 'beta';

export interface ModelProperty {
  /** `Edm.String`, ..., the name of an enum or a type of the model, or `null` for what is always null. */
  readonly type: string;
  readonly collection?: boolean;
  readonly nullable?: boolean;
  /** Left out of answers unless `$expand` asks for it. */
  readonly navigation?: boolean;
  /** Absent: in both versions. */
  readonly only?: GraphVersion;
  /** Accepted in a body and ignored. */
  readonly readOnly?: boolean;
  readonly min?: number;
  readonly max?: number;
  /** What a create fills in where it is not false, null, an empty list or an enum's first member. */
  readonly default?: unknown;
}

export interface ModelType {
  readonly kind: 'entity' | 'complex';
  readonly base?: string;
  readonly abstract?: boolean;
  readonly only?: GraphVersion;
  /** Its own, without those of its base. */
  readonly properties: Readonly<Record<string, ModelProperty>>;
}

export interface ModelEnum {
  /** Travels as one comma-separated string. */
  readonly flags?: boolean;
  readonly members: readonly string[];
  /** Members that v1.0 does not have. */
  readonly betaOnly?: readonly string[];
  /** Members added after `unknownFutureValue`: hidden from callers who do not ask for them. */
  readonly late?: readonly string[];
}

export interface GraphModel {
  readonly types: Readonly<Record<string, ModelType>>;
  readonly enums: Readonly<Record<string, ModelEnum>>;
}
