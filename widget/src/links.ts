// Which addresses may be opened, and which parts of a text are shown as links.

import type { LinkKind } from './protocol';

export type Part = string | { href: string };

const WHATSAPP_HOSTS = ['wa.me', 'api.whatsapp.com'];
const URL_LIKE = /https:\/\/[^\s<>"'`{}|\\^]+/g;
const MAIL = /^mailto:[^\s@<>"?&]+@[\w.-]+(\?(subject|body)=[^&#\s]*(&(subject|body)=[^&#\s]*)?)?$/;
const TRAILING = /[.,;:!?)\]}…'"»”]+$/u;

/** The address as the browser reads it, or undefined if it must not become a link. */
export function safeHref(kind: LinkKind, href: string): string | undefined {
  if (kind === 'tel') return /^tel:\+?[\d-]{2,20}$/.test(href) ? href : undefined;
  if (kind === 'email') return MAIL.test(href) ? href : undefined;
  const url = parse(href);
  if (!url || url.protocol !== 'https:' || url.username || url.password) return undefined;
  return kind === 'whatsapp' && !WHATSAPP_HOSTS.includes(url.hostname) ? undefined : url.href;
}

function parse(href: string): URL | null {
  try {
    return new URL(href);
  } catch {
    return null;
  }
}

/**
 * A text cut into plain parts and addresses. Only an https address that opens exactly what is
 * written becomes one: no user names, no other alphabets that look alike, no odd capitals.
 */
export function linkify(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(URL_LIKE)) {
    const written = found.replace(TRAILING, '');
    const href = safeHref('web', written);
    if (href !== written && href !== `${written}/`) continue;
    if (index > end) parts.push(text.slice(end, index));
    parts.push({ href: written });
    end = index + written.length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return parts;
}
