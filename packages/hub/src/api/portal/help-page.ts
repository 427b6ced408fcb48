import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { HelpDesk } from '@sallyport/core';
import { CATALOGUES, LANGUAGES, pickCatalogue, type Catalogue, type MessageKey } from '@sallyport/texts';
import { contactHtml, escapeHtml, languageLinks } from '../../evidence/html.ts';
import type { AccessView } from '../../view/ports.ts';

const STYLE = `body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1.5rem;color:#1b1b1b;background:#fff;overflow-wrap:break-word;hyphens:auto}
h1{font-size:1.5rem;line-height:1.25}li{margin:.6rem 0}a{color:#0b57d0}.desk{font-weight:600}
footer{margin-top:2rem;padding-top:1rem;border-top:1px solid #ccc;font-size:.95rem}code{overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}a{color:#8ab4f8}footer{border-color:#444}}`;

const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/**
 * Where `remediation_url` leads. Whoever opens it is not known, so it says how to fix a phone in general and
 * nothing of this one, not even whether there is such a device.
 */
export function addHelpPage(app: FastifyInstance, view: Pick<AccessView, 'organization'>): void {
  app.get<{ Params: { id: string }; Querystring: { lang?: unknown } }>(
    '/me/devices/:id',
    {
      config: {
        access: { kind: 'public', why: 'a blocked person has no session here; the page tells nothing of the device' },
        quiet: true,
        doc: {
          summary: 'How a person fixes a phone',
          tags: ['people'],
          description:
            "A page in the language of `lang`, else of `Accept-Language`, with the operator's help desk. It is the same for every device.",
          params: z.object({ id: z.string().describe('Repeated on the page, for the help desk.') }),
          query: z.object({ lang: z.enum(LANGUAGES).optional() }),
          responses: { 200: { description: 'HTML.' } },
        },
      },
    },
    async (request, reply) => {
      const { lang } = request.query;
      const catalogue = pickCatalogue(
        typeof lang === 'string' ? lang : undefined,
        pickCatalogue(request.headers['accept-language']),
      );
      return reply
        .type('text/html; charset=utf-8')
        .header('content-language', catalogue.language)
        .header('vary', 'accept-language')
        .header('content-security-policy', POLICY)
        .send(helpPage(request.params.id, catalogue, view.organization.helpDesk));
    },
  );
}

/** The page in one language, as HTML. */
export function helpPage(deviceId: string, catalogue: Catalogue, helpDesk: HelpDesk): string {
  const say = (key: HelpPageKey): string => escapeHtml(catalogue.say({ key }));
  const others = [...CATALOGUES.values()].filter((other) => other !== catalogue);
  const steps = STEPS.map((key) => `<li>${say(key)}</li>`).join('');
  return `<!doctype html>
<html lang="${catalogue.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="format-detection" content="telephone=no"><title>${say('helpPage.title')}</title><style>${STYLE}</style></head>
<body dir="auto"><main><h1>${say('helpPage.title')}</h1><p>${say('helpPage.why')}</p><p>${say('helpPage.first')}</p><ol>${steps}</ol></main>
<footer><p>${say('helpPage.still')} <code>${escapeHtml(deviceId)}</code></p>${contactOf(helpDesk)}<p>${say('helpPage.neverPassword')}</p><p>${say('helpPage.languages')} ${languageLinks(others)}</p></footer></body>
</html>
`;
}

type HelpPageKey = Extract<MessageKey, `helpPage.${string}`>;

const STEPS = ['helpPage.steps.1', 'helpPage.steps.2', 'helpPage.steps.3'] as const;

function contactOf(helpDesk: HelpDesk): string {
  const html = contactHtml(helpDesk);
  return html === '' ? '' : `<p class="desk">${html}</p>`;
}
