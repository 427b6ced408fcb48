import { plain } from '../output/plain.ts';
import { stateInWords, verdictInWords, type ConformanceReport, type Step } from './conformance-report.ts';

/** A page of its own, to hand in with a certification. */
export function renderMarkdown(report: ConformanceReport): string {
  return `# Conformance of ${cell(report.partner)} with the Sallyport partner API

**${verdictInWords(report)}**

| | |
| --- | --- |
| kind | ${report.kind === 'verify' ? 'a client against a hub' : 'an integration against a sandbox'} |
| hub | ${cell(report.hub)} |
| from | ${report.startedDateTime} |
| to | ${report.endedDateTime} |

| step | outcome | what | seen |
| --- | --- | --- | --- |
${report.steps.map(row).join('\n')}
`;
}

function row(step: Step): string {
  return `| \`${step.id}\` | ${stateInWords(step)} | ${cell(step.title)} | ${cell(step.detail ?? '')} |`;
}

/** Text of strangers must neither end the cell nor become a link, a heading or markup. */
function cell(text: string): string {
  return plain(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\|`*_[\]#!~]/gu, (mark) => `\\${mark}`);
}
