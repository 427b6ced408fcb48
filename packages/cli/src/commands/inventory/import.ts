import { word } from '../../frame/arguments.ts';
import { command } from '../../frame/command.ts';
import { EXIT } from '../../frame/exit-codes.ts';
import { facts } from '../../output/table.ts';
import { readJson } from '../shared/json-file.ts';

interface Imported {
  readonly kept: number;
  readonly older: number;
  readonly unknownDevices: readonly string[];
  readonly ambiguousDevices: readonly string[];
}

export const importInventory = command({
  name: 'import',
  summary: 'Bring in detected apps from a file of Graph',
  description:
    'The answer of GET /beta/deviceManagement/managedDevices?$expand=detectedApps, a page at a time. Devices are found by id, Entra device id, serial number, IMEI or UDID. Exit code 1 when none of them is known here.',
  args: { file: word('FILE', 'JSON; "-" reads standard input') },
  examples: [{ line: 'sallyport inventory import detected-apps.json' }],
  async run({ args }, context) {
    const body = await readJson(args.file, context);
    const imported = await (await context.hub()).post<Imported>('/admin/v1/inventory/import', body);
    const { kept, older, unknownDevices, ambiguousDevices } = imported;
    return {
      json: imported,
      text: facts(
        [
          ['Kept', kept],
          ['Older than kept', older],
          ['Unknown devices', unknownDevices.join(', ')],
          ['Meant several devices', ambiguousDevices.join(', ')],
        ],
        context.style,
      ),
      exit: kept + older === 0 ? EXIT.failed : EXIT.ok,
    };
  },
});
