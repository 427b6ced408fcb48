import { HubUnreachable, RequestRefused } from '@sallyport/contracts/client/index.ts';
import type { Io } from './frame/command.ts';
import { EXIT } from './frame/exit-codes.ts';
import { UsageError } from './frame/usage-error.ts';
import { plain } from './output/plain.ts';

/** Says on standard error what went wrong, and answers the exit code for it. */
export function tell(error: unknown, { stderr }: Io): number {
  if (error instanceof UsageError) {
    stderr.write(`sallyport: ${error.message}\n`);
    return EXIT.usage;
  }
  if (error instanceof HubUnreachable) {
    stderr.write(`sallyport: ${plain(error.message)}\n`);
    return EXIT.unreachable;
  }
  if (error instanceof RequestRefused) {
    const { message, field, requestId, status } = error;
    stderr.write(`sallyport: ${plain(message)}\n`);
    if (field !== undefined && !message.includes(field)) stderr.write(`  field: ${plain(field)}\n`);
    stderr.write(
      `  status ${status}${requestId === undefined ? '' : `, request-id ${plain(requestId)} in the log of the hub`}\n`,
    );
    return EXIT.failed;
  }
  stderr.write(`sallyport: ${error instanceof Error ? plain(error.message) : String(error)}\n`);
  return EXIT.failed;
}
