import { isIP } from 'node:net';
import type { Evaluation } from './question.ts';

const MOST_SHAPES = 8;
const LONGEST = 4_096;
/** Learning costs more than reading: of bodies in ever other shapes, only one in so many is looked at. */
const LEARN_EVERY = 16;

/** What varies from question to question, each as it stands in quotation marks. */
type Field = 'user' | 'application' | 'device' | 'ip';

interface Shape {
  /** The text between the values, one more than there are fields. */
  readonly between: readonly string[];
  /** In the order in which they stand in the text. */
  readonly fields: readonly Field[];
  readonly evaluation: Evaluation;
}

/** Characters that stand for themselves in a JSON string. */
const PLAIN = /^[ !#-[\]-~]*$/;

/**
 * A caller's questions are the same text but for who, with what, where to and from where. What such a text means
 * was found out by reading one as JSON; others of its shape are read by comparing the text between the values,
 * at a fifth of the price.
 */
export class QuestionShapes {
  /** The last that was of use comes first. */
  readonly #shapes: Shape[] = [];
  #unknown = 0;

  /** @param text of a body, byte by byte (Latin-1); `undefined`: it has to be read as JSON */
  read(text: string): Evaluation | undefined {
    for (let index = 0; index < this.#shapes.length; index += 1) {
      const evaluation = readAs(this.#shapes[index] as Shape, text);
      if (evaluation === undefined) continue;
      if (index > 0) this.#toFront(index);
      return evaluation;
    }
    return undefined;
  }

  /** @param evaluation what `text` was found to mean */
  learn(text: string, evaluation: Evaluation): void {
    this.#unknown += 1;
    if (this.#unknown % LEARN_EVERY !== 1) return;
    const shape = shapeOf(text, evaluation);
    if (shape === undefined) return;
    this.#shapes.unshift(shape);
    this.#shapes.splice(MOST_SHAPES);
  }

  #toFront(index: number): void {
    this.#shapes.unshift(...this.#shapes.splice(index, 1));
  }
}

/**
 * `undefined` when it is not certain where the values stand. It is where there is no backslash, so that every
 * string is written as itself, and a value in its quotation marks is found only once.
 */
function shapeOf(text: string, evaluation: Evaluation): Shape | undefined {
  const {
    question: { user, application, ip },
    deviceId,
    certificate,
  } = evaluation;
  if (text.length > LONGEST || !/^[\t\n\r -[\]-~]*$/.test(text) || certificate !== undefined) return undefined;
  const values: { readonly field: Field; readonly value: string; readonly at: number }[] = [];
  for (const [field, value] of Object.entries({ user, application, ip, device: deviceId })) {
    if (value === undefined) continue;
    const quoted = `"${value}"`;
    const at = text.indexOf(quoted);
    if (at < 0 || text.includes(quoted, at + 1)) return undefined;
    values.push({ field: field as Field, value, at: at + 1 });
  }
  values.sort((a, b) => a.at - b.at);
  const ends = [0, ...values.map(({ at, value }) => at + value.length)];
  return {
    evaluation,
    fields: values.map(({ field }) => field),
    between: ends.map((end, i) => text.slice(end, values[i]?.at)),
  };
}

function readAs({ between, fields, evaluation }: Shape, text: string): Evaluation | undefined {
  let { user, application, ip } = evaluation.question;
  let { deviceId } = evaluation;
  let at = 0;
  for (let i = 0; i < fields.length; i += 1) {
    const start = at + (between[i] as string).length;
    // Compared in one go, unlike with `startsWith`.
    if (text.slice(at, start) !== between[i]) return undefined;
    at = text.indexOf('"', start);
    const value = text.slice(start, at);
    if (at < 0 || !PLAIN.test(value)) return undefined;
    switch (fields[i]) {
      case 'user':
        user = value;
        break;
      case 'application':
        application = value;
        break;
      case 'device':
        deviceId = value;
        break;
      case 'ip':
        ip = value;
        break;
    }
  }
  if (text.slice(at) !== between[fields.length] || (ip !== undefined && isIP(ip) === 0)) return undefined;
  const device = deviceId === undefined ? undefined : { grade: 'claim' as const, value: deviceId };
  // Written out: copying the rest by name costs a fifth of the reading.
  const {
    question: { platform, clientAppType, country, mfaDone },
    hints,
    stepsUp,
    language,
    subjectIsUser,
    resourceIsApplication,
  } = evaluation;
  return {
    question: { user, application, device, platform, clientAppType, ip, country, mfaDone },
    hints,
    stepsUp,
    language,
    deviceId,
    certificate: undefined,
    subjectIsUser,
    resourceIsApplication,
  };
}
