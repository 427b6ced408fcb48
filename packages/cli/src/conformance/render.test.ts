import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PLAIN } from '../output/style.ts';
import { isPassed, type ConformanceReport, type Step } from './conformance-report.ts';
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';
import { renderText } from './render-text.ts';
import { checkReportFile, writeReport } from './write-report.ts';

const step = (id: string, state: Step['state'], required = true, detail?: string): Step => ({
  id,
  title: `Step ${id}`,
  required,
  state,
  detail,
});

function report(steps: readonly Step[], partner = 'Acme'): ConformanceReport {
  return {
    kind: 'watch',
    partner,
    hub: 'https://localhost:1',
    startedDateTime: '2026-03-02T09:00:00.000Z',
    endedDateTime: '2026-03-02T09:05:00.000Z',
    passed: isPassed(steps),
    steps,
  };
}

const HOSTILE = '</td><script>alert(1)</script> | [x](javascript:alert(1)) `code`\n# heading \u001b[2J &';

describe('the outcome of a run', () => {
  test('is passed when every required step is, whatever is merely recommended', () => {
    expect(isPassed([step('a', 'passed'), step('b', 'failed', false), step('c', 'waiting', false)])).toBe(true);
    expect(isPassed([step('a', 'passed'), step('b', 'waiting')])).toBe(false);
  });

  test('reads well in a terminal', () => {
    expect(
      renderText(
        report([
          step('a', 'passed', true, '3 calls'),
          step('b', 'waiting'),
          step('c', 'failed'),
          step('d', 'failed', false),
        ]),
        PLAIN,
      ),
    ).toBe(
      'passed       Step a\n             3 calls\nnot seen     Step b\nfailed       Step c\nrecommended  Step d\n\nNot passed: 1 of 3 required steps.\n',
    );
  });

  test('is a page of its own in HTML, in which nothing of a stranger is markup', () => {
    const html = renderHtml(report([step('a', 'failed', true, HOSTILE)], HOSTILE));
    expect(html).not.toMatch(/<script|javascript:alert\(1\)\)?["'>]|\u001b/);
    expect(html).toContain('&lt;script&gt;');
    expect(html.match(/<tr>/g)).toHaveLength(2);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/(?:src|href)=/);
  });

  test('is a page of its own in Markdown, in which nothing of a stranger is markup', () => {
    const lines = renderMarkdown(report([step('a', 'failed', true, HOSTILE)], HOSTILE)).split('\n');
    const row = lines.find((line) => line.startsWith('| `a`')) ?? '';
    expect(row.match(/(?<!\\)\|/g)).toHaveLength(5);
    expect(row).not.toMatch(/<script|(?<!\\)\[x|(?<!\\)`code|\u001b/);
    expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(1);
  });

  test('is written in the format of its file, and other files are refused beforehand', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-report-'));
    try {
      const outcome = report([step('a', 'passed')]);
      for (const [name, begin] of [
        ['r.html', '<!doctype html>'],
        ['r.md', '# Conformance of Acme'],
        ['r.json', '{'],
      ] as const) {
        await writeReport(join(folder, name), outcome);
        expect(readFileSync(join(folder, name), 'utf8').startsWith(begin)).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(() => checkReportFile('/no/such/folder/r.md')).toThrow('nothing can be written');
    for (const name of ['r.pdf', 'r', '.html/r']) expect(() => checkReportFile(name)).toThrow('--report must be');
  });
});
