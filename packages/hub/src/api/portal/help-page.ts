import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pickLanguage, type Language } from '@sallyport/core';
import { HELP_TEXTS } from './help-texts.ts';

const STYLE = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1.5rem;color:#1b1b1b;background:#fff}
h1{font-size:1.5rem}li{margin:.6rem 0}footer{margin-top:2rem;font-size:.9rem;color:#595959;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}footer{color:#aaa}}`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * Where `remediation_url` leads. Whoever opens it is not known, so it says how to mend a phone in general and
 * nothing of this one, not even whether there is such a device.
 */
export function addHelpPage(app: FastifyInstance): void {
  app.get<{ Params: { id: string } }>('/me/devices/:id', {
    config: {
      access: { kind: 'public', why: 'a blocked person has no session here; the page tells nothing of the device' }, quiet: true,
      doc: {
        summary: 'How a person mends a phone', tags: ['people'],
        description: 'A page in the language of `Accept-Language` (en, sv, nl). It is the same for every device.',
        params: z.object({ id: z.string().describe('Repeated on the page, for the help desk.') }),
        responses: { 200: { description: 'HTML.' } },
      },
    },
  }, async (request, reply) => {
    const language = pickLanguage(request.headers['accept-language']);
    return reply.type('text/html; charset=utf-8').header('content-language', language).header('vary', 'accept-language')
      .header('content-security-policy', POLICY).send(page(request.params.id, language));
  });
}

function page(deviceId: string, language: Language): string {
  const { title, why, steps, still } = HELP_TEXTS[language];
  return `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${title}</title><style>${STYLE}</style></head>
<body><main><h1>${title}</h1><p>${why}</p><ol>${steps.map((step) => `<li>${step}</li>`).join('')}</ol></main>
<footer><p>${still}</p><p><code>${escapeHtml(deviceId)}</code></p></footer></body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`);
}
