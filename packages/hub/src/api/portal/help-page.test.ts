import pino from 'pino';
import { expect, test } from 'vitest';
import { CATALOGUES } from '@sallyport/texts';
import { hardCoded, PSEUDO } from '@sallyport/texts/testing-pseudo-language.ts';
import { createHttpServer } from '../../http/http-server.ts';
import { addHelpPage, helpPage } from './help-page.ts';

const app = createHttpServer({
  behindProxy: false,
  hsts: false,
  clock: { now: () => 0 },
  log: pino({ level: 'silent' }),
  authenticator: { authenticate: () => Promise.reject(new Error('nobody signs in here')) },
});
const organization = {
  helpDesk: {
    name: 'IT <Service>',
    phone: '+46 8 123 45 67',
    email: 'it@example.com',
    url: 'https://help.example.com/?a=1&b=2',
  },
  timeZone: 'UTC',
};
addHelpPage(app, { organization });

const STEPS = ['1', '2', '3'] as const;
/** What is read, in pieces. */
const textOf = (page: string) =>
  page
    .replace(/<style>.*?<\/style>/su, '')
    .replaceAll(/<[^>]*>/gu, '\n')
    .replaceAll(/&#(\d+);/gu, (_, code: string) => String.fromCodePoint(Number(code)));

const open = (id: string, language?: string) =>
  app.inject({ url: `/me/devices/${id}`, headers: language === undefined ? {} : { 'accept-language': language } });

test.each([...CATALOGUES])('a person who reads %s is told what to do', async (language, catalogue) => {
  const answer = await open('3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10?utm_source=mail', `${language}-XX`);
  expect(answer.statusCode).toBe(200);
  expect(answer.headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'content-language': language,
    'cache-control': 'no-store',
  });
  expect(answer.body).toContain(`<html lang="${language}">`);
  for (const step of STEPS) expect(textOf(answer.body)).toContain(catalogue.say({ key: `helpPage.steps.${step}` }));
  expect(answer.body).toContain('<code>3f0c2f4e-5d0b-4e6e-9a53-1d6f2b7c9a10</code>');
});

test('what stands in the address is shown and never run', async () => {
  const { body, headers } = await open(encodeURIComponent('<script>alert("1")</script>&\''));
  expect(body).not.toContain('<script');
  expect(body).toContain('<code>&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62;&#38;&#39;</code>');
  expect(headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-[^' ]+'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/u,
  );
});

test("the operator's help desk can be reached from it, and every other language", async () => {
  const { body } = await open('x', 'sv');
  expect(body).toContain(
    'IT &#60;Service&#62;<br><a href="tel:+4681234567">+46 8 123 45 67</a><br><a href="mailto:it@example.com">it@example.com</a><br><a href="https://help.example.com/?a=1&#38;b=2">',
  );
  expect(body).toContain('<a href="?lang=nl" lang="nl" hreflang="nl">Nederlands</a>');
  expect((await open('x?lang=nl', 'sv')).headers['content-language']).toBe('nl');
  expect((await open('x?lang=xx&lang=nl', 'sv')).headers['content-language']).toBe('sv');
});

test.each([
  ['en', /few minutes/u, /another device/u],
  ['sv', /några minuter/u, /annan enhet/u],
  ['nl', /enkele minuten/u, /ander apparaat/u],
])(
  'in %s it promises nothing that partners who are asked now and then cannot do, and sends nobody who was warned into an app',
  async (language, soon, elsewhere) => {
    const text = textOf((await open('x', language)).body);
    expect(text).toMatch(soon);
    expect(text).not.toMatch(/seconds|sekunder|seconden|remove the app|ta bort appen|verwijder de app/u);
    expect(text).toMatch(elsewhere);
  },
);

test('every word of it is in the catalogue of its language', () => {
  const page = textOf(helpPage('1234', PSEUDO, {}));
  expect(hardCoded(page)).toEqual([...CATALOGUES.values()].map(({ name }) => name));
  expect(page).toContain('1234');
});
