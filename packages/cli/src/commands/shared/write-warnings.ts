import type { Style } from '../../output/style.ts';
import { plain } from '../../output/plain.ts';

/** What of a resource the hub stored and cannot use, or is not unique: `target` names the property. */
export interface WriteWarning {
  readonly code: string;
  readonly message: string;
  readonly target: string;
}

/** The hub's annotation in answers to writes through Graph. */
export interface Written {
  readonly '@sallyport.warnings'?: readonly WriteWarning[];
}

/** @param answer none where the hub answers 204 */
export function warningsIn(answer: Written | undefined): readonly WriteWarning[] {
  return answer?.['@sallyport.warnings'] ?? [];
}

/** @param of what the warning is about, where several things were written at once */
export function warningLine(message: string, style: Style, of = ''): string {
  return `${style.warn('warning')}  ${of === '' ? '' : `${plain(of)}: `}${plain(message)}\n`;
}
