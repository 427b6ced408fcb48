/** A word after the command, by its place. */
export interface Argument<T> {
  readonly placeholder: string;
  readonly help: string;
  readonly kind: 'one' | 'many';
  /** Never there: it only carries the type. */
  readonly type?: T;
}

export type Arguments = Readonly<Record<string, Argument<unknown>>>;
export type WordsOf<A> = { readonly [K in keyof A]: A[K] extends Argument<infer T> ? T : never };

export function word(placeholder: string, help: string): Argument<string> {
  return { placeholder, help, kind: 'one' };
}

/** One or more; only as the last one. */
export function words(placeholder: string, help: string): Argument<readonly string[]> {
  return { placeholder, help, kind: 'many' };
}

export function shown({ placeholder, kind }: Argument<unknown>): string {
  return kind === 'many' ? `${placeholder}...` : placeholder;
}
