import { plain } from '../output/plain.ts';
import type { Style } from '../output/style.ts';
import { stateInWords, verdictInWords, type ConformanceReport, type Step } from './conformance-report.ts';

/** For a terminal. Details may hold what a stranger sent. */
export function renderText(report: ConformanceReport, style: Style): string {
  const lines = report.steps.map((step) => stepLine(step, style));
  const verdict = verdictInWords(report);
  return `${lines.join('')}\n${report.passed ? style.good(verdict) : style.bad(verdict)}\n`;
}

export function stepLine(step: Step, style: Style): string {
  const words = stateInWords(step);
  const paint = step.state === 'passed' ? style.good : step.required ? style.bad : style.warn;
  const detail = step.detail === undefined ? '' : `\n             ${style.dim(plain(step.detail))}`;
  return `${paint(words.padEnd(11))}  ${step.title}${detail}\n`;
}
