import { cpus, loadavg, totalmem } from 'node:os';
import { readFileSync } from 'node:fs';

/** What the figures were measured on. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly kernel: string;
  /** Processes that wanted a core when the run began: more than a few tenths means that others were busy. */
  readonly loadAtStart: number;
}

export function describeMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: kernel(),
    loadAtStart: loadavg()[0] ?? 0,
  };
}

export function machineNote({ processor, cores, memoryGiB, node, kernel: version, loadAtStart }: Machine): string {
  return `${cores} cores of ${processor}, ${memoryGiB} GiB, ${version}, Node.js ${node}; load ${loadAtStart.toFixed(1)} at the start.`;
}

function kernel(): string {
  try {
    return `Linux ${readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim()}`;
  } catch {
    return process.platform;
  }
}
