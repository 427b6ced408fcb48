import { readFileSync, writeFileSync } from 'node:fs';
import { buildModel } from './build-model.ts';
import { readCsdl } from './read-csdl.ts';
import { schemaFile } from './schema-files.ts';

/**
 * Writes `model.json` from the two CSDL files: `node packages/contracts/src/graph/generate-model.ts`.
 * `generate-model.test.ts` fails when the checked-in model is not what this makes of them.
 */
export function generateModel(): string {
  return formatModel(buildModel(schemaOf('v1.0'), schemaOf('beta')));
}

function schemaOf(version: 'v1.0' | 'beta'): ReturnType<typeof readCsdl> {
  return readCsdl(readFileSync(schemaFile(version), 'utf8'));
}

/** One line a property, so that a change of the schema reads as a change of lines. */
function formatModel(model: object): string {
  const text = JSON.stringify(model, null, 1);
  return `${text.replace(/\{\n\s+"type"[^{}]*\}/g, (property) => property.replace(/\n\s*/g, ' '))}\n`;
}

if (import.meta.main) {
  writeFileSync(new URL('model.json', import.meta.url), generateModel());
}
