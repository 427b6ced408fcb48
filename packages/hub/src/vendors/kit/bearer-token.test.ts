import { describe, expect, test } from 'vitest';
import { BearerToken } from './bearer-token.ts';

const { signal } = new AbortController();

function setUp(lifetimeMs?: number) {
  const clock = {
    at: 0,
    now() {
      return this.at;
    },
  };
  let made = 0;
  const token = new BearerToken(clock, async () => ({ token: `t${(made += 1)}`, lifetimeMs }));
  return { clock, token, made: () => made };
}

describe('a bearer token', () => {
  test('is asked for once, also by callers of the same moment, and again shortly before its end', async () => {
    const { clock, token, made } = setUp(1_799_000);
    const used: string[] = [];
    const call = async (bearer: string) => {
      used.push(bearer);
      return { status: 200 };
    };
    await Promise.all([token.use(signal, call), token.use(signal, call)]);
    clock.at = 1_738_000;
    await token.use(signal, call);
    clock.at = 1_739_000;
    await token.use(signal, call);
    expect([used, made()]).toEqual([['t1', 't1', 't1', 't2'], 2]);
  });

  test('that is refused is renewed once and not for ever', async () => {
    const { token, made } = setUp();
    const answers = await Promise.all([1, 2].map(() => token.use(signal, async () => ({ status: 401 }))));
    expect(answers.map((answer) => answer.status)).toEqual([401, 401]);
    expect(made()).toBeLessThanOrEqual(3);
    expect(await token.use(signal, async (bearer) => ({ status: bearer === `t${made()}` ? 200 : 401 }))).toEqual({
      status: 200,
    });
  });

  test('that lives shorter than the margin is still used', async () => {
    const { clock, token, made } = setUp(10_000);
    await token.use(signal, async () => ({ status: 200 }));
    clock.at = 4_000;
    await token.use(signal, async () => ({ status: 200 }));
    expect(made()).toBe(1);
  });

  test('that could not be had is asked for again by the next call', async () => {
    let fails = true;
    const token = new BearerToken({ now: () => 0 }, async () => {
      if (fails) throw new Error('down');
      return { token: 't' };
    });
    await expect(token.use(signal, async () => ({ status: 200 }))).rejects.toThrow('down');
    fails = false;
    expect(await token.use(signal, async () => ({ status: 200 }))).toEqual({ status: 200 });
  });
});
