import { accessSync, constants } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UsageError } from '../frame/usage-error.ts';
import type { ConformanceReport } from './conformance-report.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';

const FORMATS: readonly (readonly [RegExp, (report: ConformanceReport) => string])[] = [
  [/\.html?$/iu, renderHtml],
  [/\.md$/iu, renderMarkdown],
  [/\.json$/iu, (report) => `${JSON.stringify(report, null, 2)}\n`],
];

/**
 * Whether a report can be written there; asked before a run, which takes long.
 *
 * @throws UsageError
 */
export function checkReportFile(file: string | undefined): void {
  if (file === undefined) return;
  if (formatOf(file) === undefined)
    throw new UsageError(`--report must be a file that ends in .html, .md or .json, not "${file}".`);
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new UsageError(`--report: nothing can be written to the folder of ${file}.`);
  }
}

export async function writeReport(file: string | undefined, report: ConformanceReport): Promise<void> {
  const render = file === undefined ? undefined : formatOf(file);
  if (file !== undefined && render !== undefined) await writeFile(file, render(report));
}

function formatOf(file: string): ((report: ConformanceReport) => string) | undefined {
  return FORMATS.find(([ending]) => ending.test(file))?.[1];
}
