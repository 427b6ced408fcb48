import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { runCase, type DecisionCase } from './run-case.ts';

const folder = new URL('./', import.meta.url);

for (const file of readdirSync(folder).filter((name) => name.endsWith('.cases.json'))) {
  describe(file.replace('.cases.json', ''), () => {
    const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as DecisionCase[];
    test.each(cases.map((c) => [c.description, c] as const))('%s', (_, c) => {
      const { verdict, decision } = runCase(c);
      const { merged } = verdict;
      const said = {
        compliance: verdict.state,
        merged: merged.state,
        because: verdict.reasons.map((r) => r.code),
        decidedBy: merged.connectorId,
        disagreeing: merged.disagreeing,
        graceUntil: verdict.graceUntil === undefined ? undefined : new Date(verdict.graceUntil).toISOString(),
        findings: verdict.reasons.flatMap((r) => r.findingIds ?? []),
        decision: decision.decision,
        reasons: decision.reasons.map((r) => r.code),
        obligations: decision.obligations.map((o) => o.type),
        reportOnly: decision.reportOnly.map((r) => r.result),
      };
      expect(said).toMatchObject(c.want);
      // A refusal without a reason would leave its user helpless.
      expect(decision.decision || decision.reasons.length > 0).toBe(true);
    });
  });
}
