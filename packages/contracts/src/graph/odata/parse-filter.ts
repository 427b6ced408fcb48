import type { GraphVersion, ModelProperty } from '../model.ts';
import {
  COMPARE_OPERATORS,
  TEXT_FUNCTIONS,
  type CompareOperator,
  type Filter,
  type FilterPath,
  type TextFunction,
} from './filter.ts';
import { isPlain, resolveCast, resolvePath, type NameScope, type ResolvedPath } from './filter-paths.ts';
import { literalFor } from './filter-values.ts';
import { refuse, tokenise, type Token } from './tokens.ts';

const OPTION = '$filter';
const MAX_DEPTH = 40;
const FLIPPED: Readonly<Record<CompareOperator, CompareOperator>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};

/**
 * Parses a `$filter` on resources of `type` (OData 4.01, part 2, section 5.1.1): eq ne lt le gt ge, in, and or
 * not, contains startswith endswith, isof, any, parentheses. Everything else is refused by name.
 */
export function parseFilter(text: string, type: string, version: GraphVersion): Filter {
  const parser = new FilterParser(tokenise(text, OPTION), { type, version, option: OPTION, variables: new Map() });
  return parser.parse();
}

class FilterParser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #scope: NameScope;

  constructor(tokens: readonly Token[], scope: NameScope) {
    this.#tokens = tokens;
    this.#scope = scope;
  }

  parse(): Filter {
    if (this.#tokens.length === 0) throw refuse(OPTION, 'is empty');
    const filter = this.#or();
    if (this.#peek() !== undefined) throw this.#unexpected('the end, "and" or "or"');
    return filter;
  }

  #or(): Filter {
    const parts = [this.#and()];
    while (this.#takeWord('or')) parts.push(this.#and());
    return parts.length === 1 ? (parts[0] as Filter) : { kind: 'or', parts };
  }

  #and(): Filter {
    const parts = [this.#unary()];
    while (this.#takeWord('and')) parts.push(this.#unary());
    return parts.length === 1 ? (parts[0] as Filter) : { kind: 'and', parts };
  }

  #unary(): Filter {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw refuse(OPTION, `is nested deeper than ${MAX_DEPTH} levels`);
    const filter = this.#takeWord('not') ? ({ kind: 'not', part: this.#unary() } as const) : this.#primary();
    this.#depth -= 1;
    return filter;
  }

  #primary(): Filter {
    if (this.#takeMark('(')) {
      const inner = this.#or();
      this.#expectMark(')');
      return inner;
    }
    const token = this.#take('a property, a function or "("');
    if (token.kind !== 'word') return this.#literalFirst(token);
    if (this.#peekMark('(')) return this.#call(token.text);
    return this.#afterPath(this.#pathFrom(token.text));
  }

  /** `'x' eq displayName` means the same as the other way round. */
  #literalFirst(literal: Token): Filter {
    if (literal.kind === 'mark') throw this.#unexpected('a property', literal);
    const op = this.#operator();
    const { path } = this.#plain(this.#pathFrom(this.#takeName()));
    return this.#compare(path, FLIPPED[op], literal);
  }

  #call(name: string): Filter {
    const fn = TEXT_FUNCTIONS.find((known) => known === name.toLowerCase());
    if (fn !== undefined) return this.#textFunction(fn);
    if (name.toLowerCase() === 'isof') return this.#isof();
    throw refuse(
      OPTION,
      `uses the function "${name.slice(0, 60)}"; the functions are ${TEXT_FUNCTIONS.join(', ')}, isof and any`,
    );
  }

  #textFunction(fn: TextFunction): Filter {
    this.#expectMark('(');
    const { path } = this.#plain(this.#pathFrom(this.#takeName()));
    if (path.type !== 'Edm.String') throw refuse(OPTION, `uses ${fn} on "${path.steps.join('/')}", which is no text`);
    this.#expectMark(',');
    const token = this.#take('text in single quotes');
    if (token.kind !== 'string') throw this.#unexpected('text in single quotes', token);
    this.#expectMark(')');
    const call: Filter = { kind: 'text', fn, path, value: token.text };
    const comparison = this.#peekWord('eq') ? this.#booleanComparison() : true;
    return comparison ? call : { kind: 'not', part: call };
  }

  /** `contains(displayName,'x') eq true`, as some clients write. */
  #booleanComparison(): boolean {
    this.#next += 1;
    const token = this.#take('true or false');
    if (token.text !== 'true' && token.text !== 'false') throw this.#unexpected('true or false', token);
    return token.text === 'true';
  }

  #isof(): Filter {
    this.#expectMark('(');
    const token = this.#take('a type name');
    this.#expectMark(')');
    return { kind: 'isof', type: resolveCast(token.text, this.#scope) };
  }

  #pathFrom(first: string): ResolvedPath & { readonly any: boolean } {
    const words = [first];
    let any = false;
    while (!any && this.#takeMark('/')) {
      const word = this.#takeName();
      any = word === 'any' && this.#peekMark('(');
      if (word === 'all' && this.#peekMark('(')) throw refuse(OPTION, 'uses all(); only any() is supported');
      if (!any) words.push(word);
    }
    return { ...resolvePath(words, this.#scope), any };
  }

  #afterPath(resolved: ResolvedPath & { readonly any: boolean }): Filter {
    if (resolved.any) return this.#any(resolved);
    const { path } = resolved;
    if (this.#peekWord('in')) return this.#in(this.#plain(resolved).path);
    if (this.#peek() === undefined || this.#peekMark(')') || this.#peekWord('and') || this.#peekWord('or')) {
      if (path.type !== 'Edm.Boolean' || resolved.collection)
        throw refuse(
          OPTION,
          `needs an operator after "${path.steps.join('/')}": ${COMPARE_OPERATORS.join(', ')} or in`,
        );
      return { kind: 'compare', op: 'eq', path, value: true };
    }
    const op = this.#operator();
    const literal = this.#literal();
    const isNull = literal.kind === 'word' && literal.text === 'null';
    return this.#compare(isNull && !resolved.collection ? path : this.#plain(resolved).path, op, literal);
  }

  #compare(path: FilterPath, op: CompareOperator, literal: Token): Filter {
    const value = literalFor(path, literal, OPTION);
    const ordered = op !== 'eq' && op !== 'ne';
    if (ordered && (value === null || typeof value === 'boolean'))
      throw refuse(OPTION, `cannot compare ${String(value)} with ${op}; use eq or ne`);
    return { kind: 'compare', op, path, value };
  }

  #in(path: FilterPath): Filter {
    this.#next += 1;
    this.#expectMark('(');
    const values = [literalFor(path, this.#literal(), OPTION)];
    while (this.#takeMark(',')) values.push(literalFor(path, this.#literal(), OPTION));
    this.#expectMark(')');
    return { kind: 'in', path, values };
  }

  #any(resolved: ResolvedPath): Filter {
    const { path } = resolved;
    // Each level would multiply the work by the length of a list.
    if (this.#scope.variables.size > 0) throw refuse(OPTION, 'uses any() within any(), which is not supported');
    if (!resolved.collection) throw refuse(OPTION, `uses any() on "${path.steps.join('/')}", which is no list`);
    this.#expectMark('(');
    if (this.#takeMark(')')) return { kind: 'any', path, variable: '', body: undefined };
    const variable = this.#takeName();
    this.#expectMark(':');
    const outer = this.#scope;
    const item: ModelProperty = { type: path.type };
    this.#scope = { ...outer, variables: new Map([...outer.variables, [variable, item]]) };
    const body = this.#or();
    this.#scope = outer;
    this.#expectMark(')');
    return { kind: 'any', path, variable, body };
  }

  #plain(resolved: ResolvedPath): ResolvedPath {
    const name = resolved.path.steps.join('/');
    if (resolved.collection) throw refuse(OPTION, `compares the list "${name}"; use ${name}/any(x: x eq ...)`);
    if (!isPlain(resolved.path.type))
      throw refuse(OPTION, `compares "${name}", which is an object; name a property of it`);
    return resolved;
  }

  #operator(): CompareOperator {
    const token = this.#take(`one of ${COMPARE_OPERATORS.join(', ')}, in`);
    const op = COMPARE_OPERATORS.find((known) => token.kind === 'word' && known === token.text.toLowerCase());
    if (op === undefined) throw this.#unexpected(`one of ${COMPARE_OPERATORS.join(', ')}, in`, token);
    return op;
  }

  /** An enum member may carry its type: `microsoft.graph.complianceState'compliant'`. */
  #literal(): Token {
    const token = this.#take('a value');
    if (token.kind === 'mark') throw this.#unexpected('a value', token);
    if (token.kind === 'word' && token.text.startsWith('microsoft.graph.') && this.#peek()?.kind === 'string')
      return this.#take('a value');
    return token;
  }

  #takeName(): string {
    const token = this.#take('a name');
    if (token.kind !== 'word') throw this.#unexpected('a name', token);
    return token.text;
  }

  #take(expected: string): Token {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw refuse(OPTION, `ends where ${expected} is expected`);
    this.#next += 1;
    return token;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#next];
  }

  #peekWord(word: string): boolean {
    const token = this.#peek();
    return token?.kind === 'word' && token.text.toLowerCase() === word;
  }

  #peekMark(mark: string): boolean {
    const token = this.#peek();
    return token?.kind === 'mark' && token.text === mark;
  }

  #takeWord(word: string): boolean {
    const found = this.#peekWord(word);
    if (found) this.#next += 1;
    return found;
  }

  #takeMark(mark: string): boolean {
    const found = this.#peekMark(mark);
    if (found) this.#next += 1;
    return found;
  }

  #expectMark(mark: string): void {
    if (!this.#takeMark(mark)) throw this.#unexpected(`"${mark}"`);
  }

  #unexpected(expected: string, token = this.#peek()): Error {
    return token === undefined
      ? refuse(OPTION, `ends where ${expected} is expected`)
      : refuse(OPTION, `has "${token.text.slice(0, 40)}" at position ${token.at} where ${expected} is expected`);
  }
}
