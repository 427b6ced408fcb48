import type { Io } from '../frame/command.ts';
export async function demo(_argv: readonly string[], _io: Io): Promise<number> { return 0; }
