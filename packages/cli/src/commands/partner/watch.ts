import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { text, wholeNumber } from '../../frame/flags.ts';
import { checkReportFile, writeReport } from '../../conformance/write-report.ts';
import { renderText } from '../../conformance/render-text.ts';

export const watch = command({
  name: 'watch',
  summary: 'Watch an integration do a scripted scenario against a sandbox, and tell how it did',
  description:
    "Starts a hub in a temporary folder with phones that do not exist, says what to do on the partner's side, and ticks off each step as it is seen. Ends a little after all required steps are passed, when time is up, or at Ctrl-C; exit code 0 means passed. docs/partners/certification.md tells more.",
  flags: {
    partner: text('NAME', 'Which partner: a short name such as lookout, or any other. Default: "Sandbox partner"'),
    listen: text('HOST:PORT', 'Where to listen; port 0 for any free one. Default: localhost:0'),
    publicUrl: text(
      'URL',
      'How the integration reaches the sandbox, where that is another address, such as that of a tunnel',
    ),
    heartbeatSeconds: wholeNumber(
      'COUNT',
      'Heartbeats have to come at least so often in this run. Default: 60',
      [1, 86_400],
    ),
    delaySeconds: wholeNumber('COUNT', 'A report may come so long after it was observed. Default: 300', [1, 86_400]),
    lingerSeconds: wholeNumber(
      'COUNT',
      'How long the run goes on when all is passed, since bad manners show only then. Default: 10',
      [0, 3_600],
    ),
    minutes: wholeNumber('COUNT', 'The run ends then. Default: 30', [1, 1_440]),
    report: text('FILE', 'Write the outcome there as well: .html, .md or .json'),
  },
  examples: [
    { line: 'sallyport partner watch --partner lookout --report conformance.html' },
    {
      line: 'sallyport partner watch --listen 0.0.0.0:8443 --public-url https://sandbox.example.com --minutes 120',
      says: 'for an integration that runs elsewhere',
    },
  ],
  async run({ flags }, { say, style }) {
    checkReportFile(flags.report);
    const [{ watch: run }, { listenAddress, publicAddress }, { USUAL_PARTNER }] = await Promise.all([
      import('../../watch/watch.ts'),
      import('../../sandbox/addresses.ts'),
      import('../../sandbox/command.ts'),
    ]);
    const outcome = await run({
      partner: flags.partner ?? USUAL_PARTNER,
      listen: listenAddress(flags.listen),
      publicUrl: publicAddress(flags.publicUrl),
      say,
      style,
      heartbeatMs: (flags.heartbeatSeconds ?? 60) * 1_000,
      mostDelayMs: (flags.delaySeconds ?? 300) * 1_000,
      mostMs: (flags.minutes ?? 30) * 60_000,
      lingerMs: (flags.lingerSeconds ?? 10) * 1_000,
    });
    await writeReport(flags.report, outcome);
    return { json: outcome, text: `\n${renderText(outcome, style)}`, exit: outcome.passed ? EXIT.ok : EXIT.failed };
  },
});
