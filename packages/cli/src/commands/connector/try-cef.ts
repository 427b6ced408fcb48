import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { readText } from '../shared/json-file.ts';
import { tryFormat } from './try-format.ts';
import { readSettings } from './vendor-link.ts';

export const tryCef = command({
  name: 'try-cef',
  summary: 'Try a field map for CEF over syslog on lines as they are sent; nothing is stored',
  description:
    'Shows the signals that the lines would become, and what could not be read, with its place and value. Ends with 1 when anything could not be read.',
  args: {
    settings: word('SETTINGS', 'JSON file with the settings, as for "connector link --vendor syslog-cef -f"'),
    sample: word('SAMPLE', 'File with lines of syslog; "-" reads standard input'),
  },
  examples: [
    { line: 'sallyport connector try-cef cef.json lines.log' },
    { line: 'tail -n 20 /var/log/mtd.log | sallyport connector try-cef cef.json -' },
  ],
  async run({ args }, context) {
    return tryFormat(
      'syslog-cef',
      { settings: await readSettings(args.settings, context), sample: await readText(args.sample, context) },
      context,
    );
  },
});
