import type { HubClient } from '@sallyport/contracts/client/index.ts';
import type { Result } from '../../frame/command.ts';
import { UsageError } from '../../frame/usage-error.ts';
import type { Style } from '../../output/style.ts';
import { previewText, type Preview } from '../shared/preview.ts';
import { kindWord, type FoundPolicy } from './find-policy.ts';

/** What a change of a compliance policy would do: `policy` null is its end. */
export async function previewPolicy(
  client: HubClient,
  found: FoundPolicy,
  change: { readonly policy: object | null; readonly assignments?: readonly object[] },
  style: Style,
): Promise<Result> {
  if (kindWord(found) === 'access')
    throw new UsageError(
      'A conditional access policy makes no device compliant or not, so there is nothing to count. Try it with "state": "enabledForReportingButNotEnforced".',
    );
  const preview = await client.post<Preview>(`/admin/v1/compliance-policies/${found.policy.id}/preview`, change);
  return { json: preview, text: await previewText(preview, client, style) };
}
