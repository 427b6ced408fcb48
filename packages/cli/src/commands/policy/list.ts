import { command } from '../../frame/command.ts';
import { oneOf } from '../../frame/flags.ts';
import { table } from '../../output/table.ts';
import { stateColour } from '../shared/paint.ts';
import { allPolicies, kindWord, POLICY_KINDS, type FoundPolicy } from './find-policy.ts';

export const list = command({
  name: 'list',
  summary: 'List compliance and conditional access policies',
  flags: { kind: oneOf(POLICY_KINDS, 'Only of this kind') },
  examples: [{ line: 'sallyport policy list' }, { line: 'sallyport policy list --kind access' }],
  async run({ flags }, { hub, style }) {
    const policies = await allPolicies(await hub(), flags.kind);
    return {
      json: policies.map((found) => ({ kind: kindWord(found), ...found.policy })),
      text: table(
        policies,
        [
          { title: 'KIND', cell: kindWord },
          { title: 'NAME', cell: ({ policy }) => policy.displayName },
          { title: 'FOR', cell: forWhom },
          { title: 'STATE', cell: ({ policy }) => policy.state, paint: stateColour(style) },
          { title: 'ID', cell: ({ policy }) => policy.id },
        ],
        style,
        'There are no policies yet. "sallyport policy apply --help" tells how to make them.',
      ),
    };
  },
});

function forWhom({ policy }: FoundPolicy): string | undefined {
  const type = policy['@odata.type']?.replace(/^#microsoft\.graph\.|CompliancePolicy$/gu, '');
  if (policy.assignments === undefined) return type;
  const { length } = policy.assignments;
  return `${type ?? 'devices'}, ${length === 0 ? 'not assigned' : `${length} ${length === 1 ? 'target' : 'targets'}`}`;
}
