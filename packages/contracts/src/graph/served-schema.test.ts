import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { modelEnum, modelType, propertiesOf, typeNames, type GraphVersion } from './model.ts';
import { schemaFile } from './schema-files.ts';
import { servedSchema } from './served-schema.ts';

describe.each<GraphVersion>(['v1.0', 'beta'])('the schema of %s', (version) => {
  const csdl = readFileSync(schemaFile(version), 'utf8');
  const schema = servedSchema(csdl, version);
  const declared = new Map(
    [...schema.matchAll(/<(EntityType|ComplexType) Name="([^"]+)"([^>]*?)(?:\/>|>(.*?)<\/\1>)/gs)].map(
      ([, , name = '', attributes = '', inner = '']) => [
        name,
        { base: /BaseType="graph\.([^"]+)"/.exec(attributes)?.[1], inner },
      ],
    ),
  );

  function isDeclared(type: string, property: string): boolean {
    const of = declared.get(type);
    return (
      of !== undefined &&
      (of.inner.includes(`Property Name="${property}"`) || (of.base !== undefined && isDeclared(of.base, property)))
    );
  }

  test('declares every member that an answer may hold, and every enum of ours', () => {
    const served = typeNames().filter((name) => (modelType(name).only ?? version) === version);
    expect(
      served.flatMap((name) =>
        [...propertiesOf(name, version).keys()]
          .filter((property) => !isDeclared(name, property))
          .map((property) => `${name}.${property}`),
      ),
    ).toEqual([]);
    for (const name of [
      'connectorIntegration',
      ...served.flatMap((type) => [...propertiesOf(type, version).values()].map((property) => property.type)),
    ]) {
      if (modelEnum(name) !== undefined) expect(schema, name).toContain(`<EnumType Name="${name}"`);
    }
  });

  test('says everything once, and what Graph says as Graph says it', () => {
    for (const { inner } of declared.values()) {
      const names = [...inner.matchAll(/Property Name="([^"]+)"/g)].map(([, name]) => name);
      expect(new Set(names).size).toBe(names.length);
    }
    const lines = new Set(schema.split('\n'));
    expect(csdl.split('\n').filter((line) => /<(?:Navigation)?Property /.test(line) && !lines.has(line))).toEqual([]);
  });
});
