import type { HelpDesk } from '@sallyport/core';
import type { Catalogue, Segment } from '@sallyport/texts';
import { isCause, type Explanation, type WordedPart } from './explanation.ts';

/** Texts for people as HTML. What comes from outside is escaped, and what is in a language of its own is marked. */

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.codePointAt(0)};`);
}

/** What stands on a page: a heading, what is wrong, what to do step by step, how access returns, and whom to ask. */
export function explanationHtml({ parts: [title, ...below] }: Pick<Explanation, 'parts'>): string {
  const of = (wanted: (part: WordedPart) => boolean): readonly string[] => below.filter(wanted).map(partHtml);
  const steps = of(({ kind }) => kind === 'step');
  return [
    `<h1>${partHtml(title)}</h1>`,
    paragraph(of(isCause).join(' ')),
    ...of(({ kind }) => kind === 'lead').map(paragraph),
    steps.length > 1 ? `<ol>${steps.map((step) => `<li>${step}</li>`).join('')}</ol>` : paragraph(steps.join('')),
    ...of((part) => !isCause(part) && part.kind !== 'lead' && part.kind !== 'step').map(paragraph),
  ].join('');
}

function paragraph(html: string): string {
  return html === '' ? '' : `<p>${html}</p>`;
}

function partHtml({ segments, contact }: WordedPart): string {
  return contact === undefined ? markedHtml(segments, escapeHtml) : contactHtml(contact);
}

/**
 * A text with the words of strangers marked as being in a language that is not known.
 *
 * @param escape makes HTML of a piece of text
 */
export function markedHtml(segments: readonly Segment[], escape: (text: string) => string): string {
  return segments
    .map(({ text, isForeign }) => (isForeign ? `<span lang>${escape(text)}</span>` : escape(text)))
    .join('');
}

/** The help desk of the operator, with links; empty where none is named. */
export function contactHtml({ name, phone, email, url }: HelpDesk): string {
  return [
    ...(name === undefined ? [] : [escapeHtml(name)]),
    ...(phone === undefined ? [] : [link(`tel:${phone.replaceAll(/[^\d+]/gu, '')}`, phone)]),
    ...(email === undefined ? [] : [link(`mailto:${email}`, email)]),
    ...(url === undefined ? [] : [link(url, url)]),
  ].join('<br>');
}

function link(address: string, text: string): string {
  return `<a href="${escapeHtml(address)}">${escapeHtml(text)}</a>`;
}

/** The same page in the other languages that there are texts in. */
export function languageLinks(catalogues: Iterable<Catalogue>): string {
  return Array.from(
    catalogues,
    ({ language, name }) =>
      `<a href="?lang=${language}" lang="${language}" hreflang="${language}">${escapeHtml(name)}</a>`,
  ).join(', ');
}
