import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { Integration, readKit, reportOn, THREAT } from '@sallyport/simulators/partners';
import { start, type Running } from '@sallyport/simulators/hub';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-watch-'));
const started: Running[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) {
    one.stop();
    await one.ended;
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function startWatch(...argv: readonly string[]): Running {
  const watch = start('partner', 'watch', ...argv);
  started.push(watch);
  return watch;
}

async function kitOf(watch: Running) {
  const file = (await watch.said(/^Address, credentials and devices: (\S+)$/mu))[1] as string;
  await watch.said(/an answer will be lost|one answer will be lost/u);
  return { file, kit: readKit(file) };
}

describe('partner watch', () => {
  test('certifies an integration that does everything right, with a report and exit code 0', async () => {
    const page = join(folder, 'good.html');
    const watch = startWatch('--partner', 'Acme <script>alert(1)</script>', '--report', page, '--linger-seconds', '1');
    const { file, kit } = await kitOf(watch);
    const [phone, other] = kit.devices;
    const vendor = new Integration(kit);
    await vendor.heartbeat();
    await vendor.heartbeat();
    await watch.said(/passed +Heartbeats come within the period/u);
    await vendor.report(reportOn(phone, 'activated'), reportOn(other, 'activated'));
    await vendor.report(reportOn(phone, 'secured'));
    await watch.said(/passed +A device that was looked at/u);
    await vendor.report(reportOn(phone, 'highSeverity', [{ ...THREAT, state: 'open' }]));
    await watch.said(/passed +After a 503/u);
    await vendor.report(reportOn(phone, 'secured', [{ ...THREAT, state: 'resolved' }]));
    await watch.said(/passed +Retry-After is honoured/u);
    await vendor.report(reportOn(kit.unknownDevice, 'secured'));
    await watch.said(/passed +When the answer is lost/u);
    await vendor.report(reportOn(other, 'secured'));
    await watch.said(/passed +When a token has ended/u);
    expect(await watch.ended).toBe(0);
    expect(watch.out()).toContain('Passed: all 15 required steps.');
    const html = readFileSync(page, 'utf8');
    expect(html).toContain('<p class="verdict">Passed');
    expect(html).not.toContain('<script>');
    expect(html).not.toMatch(/https?:\/\/(?!localhost)/);
    expect(existsSync(dirname(file))).toBe(false);
  }, 60_000);

  test('says what an integration with bad manners does wrong, with exit code 1', async () => {
    const page = join(folder, 'bad.md');
    const watch = startWatch('--report', page, '--json', '--heartbeat-seconds', '1');
    const { kit } = await kitOf(watch);
    const [phone] = kit.devices;
    const vendor = new Integration(kit, { patient: false, persistent: true });
    await vendor.report(reportOn(phone, 'activated'));
    await vendor.report(reportOn(phone, 'secured'));
    await vendor.report(reportOn(phone, 'highSeverity', [{ ...THREAT, state: 'open' }]));
    await watch.said(/failed +Retry-After is honoured/u);
    await vendor.report({ ...reportOn(phone, 'secured'), observedDateTime: '2026-03-01T08:00:00' });
    await watch.said(/failed +No report is rejected/u);
    watch.stop();
    expect(await watch.ended).toBe(1);
    const outcome = JSON.parse(watch.out()) as {
      passed: boolean;
      steps: { id: string; state: string; detail?: string }[];
    };
    expect(outcome.passed).toBe(false);
    const step = (id: string) => outcome.steps.find((one) => one.id === id);
    expect(step('retry-after')).toMatchObject({
      state: 'failed',
      detail: expect.stringContaining('3.0 s had been asked for'),
    });
    expect(step('well-formed')).toMatchObject({ state: 'failed', detail: expect.stringContaining('observedDateTime') });
    expect(step('retry-503')).toMatchObject({ state: 'passed' });
    expect(step('resolution')).toMatchObject({ state: 'waiting' });
    const markdown = readFileSync(page, 'utf8');
    expect(markdown).toContain('**Not passed:');
    expect(markdown).toMatch(/\| `heartbeat` \| not seen \|/);
    for (const { clientSecret } of kit.partners)
      expect(markdown + watch.out() + watch.err()).not.toContain(clientSecret);
  }, 60_000);

  test('goes on for a while when all is passed, and what is done wrong then counts', async () => {
    const watch = startWatch('--json', '--linger-seconds', '60');
    const { kit } = await kitOf(watch);
    const [phone] = kit.devices;
    const vendor = new Integration(kit);
    await vendor.heartbeat();
    await vendor.heartbeat();
    for (const [device, state, finding] of [
      [phone, 'activated'],
      [phone, 'secured'],
      [phone, 'highSeverity', 'open'],
      [phone, 'secured', 'resolved'],
    ] as const) {
      await vendor.report(reportOn(device, state, finding === undefined ? [] : [{ ...THREAT, state: finding }]));
    }
    const stranger = reportOn(kit.unknownDevice, 'secured');
    await vendor.report(stranger);
    await vendor.report(reportOn(phone, 'secured'));
    await watch.said(/passed +When a token has ended/u);
    await vendor.report(stranger);
    await watch.said(/failed +A device that the hub does not know/u);
    watch.stop();
    expect(await watch.ended).toBe(1);
  }, 60_000);
});
