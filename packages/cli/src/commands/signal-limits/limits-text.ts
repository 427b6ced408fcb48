import {
  amountOf,
  SIGNAL_LIMIT_NAMES,
  SIGNAL_LIMIT_RANGES,
  SIGNAL_LIMIT_TEXTS,
  type SignalLimits,
} from '@sallyport/core';
import { flagName } from '../../frame/flags.ts';
import type { Style } from '../../output/style.ts';
import { table } from '../../output/table.ts';

export const SIGNAL_LIMITS = '/admin/v1/signal-limits';

export interface SignalLimitsResource extends SignalLimits {
  /** What limits other than the defaults open. */
  readonly warnings: readonly string[];
}

export function limitsText(limits: SignalLimitsResource, style: Style): string {
  const rows = table<keyof SignalLimits>(
    SIGNAL_LIMIT_NAMES,
    [
      { title: 'LIMIT', cell: (name) => SIGNAL_LIMIT_TEXTS[name].label },
      { title: 'NOW', cell: (name) => amountOf(limits[name], SIGNAL_LIMIT_TEXTS[name].unit) },
      { title: 'DEFAULT', cell: (name) => SIGNAL_LIMIT_RANGES[name].default },
      { title: 'ALLOWED', cell: (name) => `${SIGNAL_LIMIT_RANGES[name].min} to ${SIGNAL_LIMIT_RANGES[name].max}` },
      { title: 'CHANGED BY', cell: flagName },
    ],
    style,
    'There are no limits.',
  );
  return rows + limits.warnings.map((warning) => `${warning}\n`).join('');
}
