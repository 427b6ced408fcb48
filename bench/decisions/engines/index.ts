import { makeCasbin } from './casbin.ts';
import { makeCasl } from './casl.ts';
import { makeCedar } from './cedar.ts';
import type { MakeEngine } from './engine.ts';
import { makeJsonRulesEngine } from './json-rules-engine.ts';
import { makeLoop } from './loop.ts';
import { makeSallyport } from './sallyport.ts';

export const ENGINES: Readonly<Record<string, MakeEngine>> = {
  sallyport: makeSallyport,
  'plain loop': makeLoop,
  '@casl/ability': makeCasl,
  casbin: makeCasbin,
  'cedar-wasm': makeCedar,
  'json-rules-engine': makeJsonRulesEngine,
};
