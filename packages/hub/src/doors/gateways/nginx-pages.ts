import type { Catalogue } from '@sallyport/texts';
import { explainIn, titleOf } from '../../evidence/explanation.ts';
import { contactHtml, escapeHtml, explanationHtml } from '../../evidence/html.ts';
import type { PagesOptions } from './gateway.ts';

const STYLE =
  'body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:0 auto;padding:1.5rem;color:#1b1b1b;background:#fff;overflow-wrap:break-word}' +
  'h1{font-size:1.5rem;line-height:1.25}p{white-space:pre-line}a{color:#0b57d0}' +
  '@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}a{color:#8ab4f8}}';
const HEAD = `<meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="format-detection" content="telephone=no"><style>${STYLE}</style>`;

/**
 * What nginx shows to people, as a file for its `http` block: variables with whole pages, in every language. Two of them
 * are for what the hub is not asked about, or does not answer: nginx goes by the language of the browser there.
 */
export function nginxPages({ catalogues, fallback, organization }: PagesOptions): string {
  const each = (value: (catalogue: Catalogue) => string): string => valuesOf(catalogues, fallback, value);
  const { helpDesk, managementApp } = organization;
  const contact = contactHtml(helpDesk);
  const pieces = new Pieces();
  const unavailable = each((catalogue) => unavailablePage(catalogue, contact, pieces));
  const certificate = each((catalogue) => certificatePage(catalogue, { helpDesk, managementApp }, pieces));
  return `# The pages that nginx shows to people, in every language that there are texts in. Made by "sallyport door pages"; make it
# again after an update of the hub, and after a change of the help desk.

# The language of the browser, where the hub says none.
map $http_accept_language $sallyport_page_language {
  default ${fallback.language};
  ~*^\\s*(${tagsOf(catalogues)})\\b $1;
  ~*,\\s*(${tagsOf(catalogues)})\\b $1;
}

# How all pages look, on a phone first.
map $http_accept_language $sallyport_head {
  default '${HEAD}';
}

map $sallyport_language $sallyport_link_label {
${each((catalogue) => nginxText(escapeHtml(catalogue.say({ key: 'doorPages.remediation' }))))}
}
map $sallyport_remediation $sallyport_link {
  "" "";
  default '<p><a href="$sallyport_remediation">$sallyport_link_label</a></p>';
}
# The hub said no, and why.
map $http_accept_language $sallyport_denied_page {
  default '<!doctype html><html lang="$sallyport_language"><head><title>$sallyport_title</title>$sallyport_head</head><body dir="auto"><h1>$sallyport_title</h1><p>$sallyport_message</p>$sallyport_link</body></html>';
}

# The hub does not answer.
map $sallyport_page_language $sallyport_unavailable_page {
${unavailable}
}

# nginx itself refused the certificate.
map $sallyport_page_language $sallyport_certificate_page {
${certificate}
}
${pieces.maps()}`;
}

/** nginx takes no token of 4,096 bytes or more; the markup around a piece and a title take some hundred. */
const MOST_BYTES = 3_000;

/** Long texts in variables of their own, which stand in their place. */
class Pieces {
  readonly #all: string[] = [];

  /** @returns the text, or the variables that it was cut into */
  of(text: string): string {
    if (Buffer.byteLength(text) <= MOST_BYTES) return text;
    // A character has at most four bytes; `u` cuts between characters.
    const pieces = text.match(/.{1,750}/gsu) ?? [];
    return pieces.map((piece) => `$sallyport_piece_${this.#all.push(piece)}`).join('');
  }

  maps(): string {
    return this.#all
      .map((text, at) => `map $http_accept_language $sallyport_piece_${at + 1} {\n  default '${text}';\n}\n`)
      .join('');
  }
}

function certificatePage(catalogue: Catalogue, organization: PagesOptions['organization'], pieces: Pieces): string {
  const explanation = explainIn(catalogue, [{ code: 'device_certificate_invalid' }], organization);
  return page(catalogue, titleOf(explanation), explanationHtml(explanation), pieces);
}

function unavailablePage(catalogue: Catalogue, contact: string, pieces: Pieces): string {
  const title = catalogue.say({ key: 'doorPages.unavailable.title' });
  const text = escapeHtml(catalogue.say({ key: 'doorPages.unavailable.text' }));
  return page(
    catalogue,
    title,
    `<h1>${escapeHtml(title)}</h1><p>${text}</p>${contact === '' ? '' : `<p>${contact}</p>`}`,
    pieces,
  );
}

function page({ language }: Catalogue, title: string, body: string, pieces: Pieces): string {
  return `<!doctype html><html lang="${language}"><head><title>${nginxText(escapeHtml(title))}</title>$sallyport_head</head><body dir="auto">${pieces.of(nginxText(body))}</body></html>`;
}

/** The lines of a map: the language that stands for all others first. */
function valuesOf(
  catalogues: readonly Catalogue[],
  fallback: Catalogue,
  value: (catalogue: Catalogue) => string,
): string {
  const others = catalogues.filter((catalogue) => catalogue !== fallback);
  return [
    `  default '${value(fallback)}';`,
    ...others.map((catalogue) => `  ${catalogue.language} '${value(catalogue)}';`),
  ].join('\n');
}

/** Nothing in it ends the quotation of nginx, or is a variable or an escape of it. */
function nginxText(html: string): string {
  return html.replaceAll(/[$\\'\r\n]/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** The longest first: nginx takes the first that fits. */
function tagsOf(catalogues: readonly Catalogue[]): string {
  return catalogues
    .map(({ language }) => language)
    .toSorted((a, b) => b.length - a.length)
    .join('|');
}
