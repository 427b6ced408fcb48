import type { Person, Place } from './people.ts';

/** What one person with their phone meets at one place. */
export interface Met {
  readonly granted: boolean;
  /** As the gate says it: `200`, `403`, `decision: false`. */
  readonly answer: string;
  /** What the person reads when they are not let in. */
  readonly text: string | undefined;
}

/** What stands between the phones and mail and files. */
export interface Gate {
  /** For the heading: "a real nginx 1.22.1". */
  readonly name: string;
  ask(person: Person, place: Place): Promise<Met>;
  close(): Promise<void>;
}
