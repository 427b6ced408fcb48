import { plain } from '../output/plain.ts';
import { stateInWords, verdictInWords, type ConformanceReport, type Step } from './conformance-report.ts';

/** A page of its own that loads nothing from anywhere. */
export function renderHtml(report: ConformanceReport): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance of ${escaped(report.partner)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid #d0d0d0; }
td.passed { color: #0b6a0b; } td.failed { color: #a4262c; } td.recommended { color: #7a5b00; }
.verdict { font-size: 1.2rem; font-weight: 600; }
code { font-size: .9em; }
</style>
</head>
<body>
<h1>Conformance of ${escaped(report.partner)} with the Sallyport partner API</h1>
<p class="verdict">${escaped(verdictInWords(report))}</p>
<p>${report.kind === 'verify' ? 'A client against a hub' : 'An integration against a sandbox'}, ${escaped(report.hub)}, ${report.startedDateTime} to ${report.endedDateTime}.</p>
<table>
<thead><tr><th scope="col">Outcome</th><th scope="col">What is right</th><th scope="col">What was seen</th></tr></thead>
<tbody>
${report.steps.map(row).join('\n')}
</tbody>
</table>
</body>
</html>
`;
}

function row(step: Step): string {
  const outcome = step.state === 'passed' ? 'passed' : step.required ? 'failed' : 'recommended';
  return `<tr><td class="${outcome}">${stateInWords(step)}</td><td>${escaped(step.title)}<br><code>${escaped(step.id)}</code></td><td>${escaped(step.detail ?? '')}</td></tr>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return plain(text).replaceAll(/[&<>"']/gu, (character) => ENTITIES[character] ?? '');
}
