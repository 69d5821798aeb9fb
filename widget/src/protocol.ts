// What travels between the chat and the clinic's server (version 1), and how it is read: whatever
// is not as agreed is left out here, so that nothing behind this file meets a surprise.

export type Alarm = 'medical_emergency' | 'distress' | 'see_doctor_today';
export type LinkKind = 'whatsapp' | 'email' | 'tel' | 'web';

export interface Choice {
  title: string;
  value: string;
}

export interface Link {
  kind: LinkKind;
  href: string;
  text: string;
}

export interface Message {
  seq: number;
  from: 'bot' | 'patient';
  text: string;
  time: string;
  id?: string;
  label?: string;
  lang?: string;
  choices: Choice[];
  links: Link[];
  alarm?: Alarm;
}

export interface Session {
  token: string;
  restored: boolean;
  seq: number;
  busy: boolean;
}

export interface Ack {
  ok: boolean;
  error?: string;
  retryAfter?: number;
  text?: string;
}

/** Public facts of the clinic, from the server. */
export interface Facts {
  emergencyNumber: string;
  whatsappLink?: string;
  email?: string;
  privacyLink?: string;
  longestMessage: number;
}

type Raw = Record<string, unknown>;

const ALARMS: readonly string[] = ['medical_emergency', 'distress', 'see_doctor_today'];
const KINDS: readonly string[] = ['whatsapp', 'email', 'tel', 'web'];

const raw = (value: unknown): Raw =>
  typeof value === 'object' && value !== null ? (value as Raw) : {};
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const list = (value: unknown): Raw[] => (Array.isArray(value) ? value.map(raw) : []);
const count = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;

/** The object without the members that are undefined. */
function given<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

export function readMessage(value: unknown): Message | undefined {
  const { seq, from, text: said, time, id, label, lang, alarm, choices, links } = raw(value);
  const number = count(seq);
  if (!number || (from !== 'bot' && from !== 'patient') || typeof said !== 'string') return undefined;
  return given<Message>({
    seq: number,
    from,
    text: said,
    time: text(time) ?? '',
    id: text(id),
    label: text(label),
    lang: text(lang),
    choices: list(choices).flatMap(({ title, value: answer }) =>
      text(title) && text(answer) ? [{ title: title as string, value: answer as string }] : [],
    ),
    links: list(links).flatMap(({ kind, href, text: words }) =>
      KINDS.includes(kind as string) && text(href)
        ? [{ kind: kind as LinkKind, href: href as string, text: text(words) ?? (href as string) }]
        : [],
    ),
    alarm: ALARMS.includes(alarm as string) ? (alarm as Alarm) : undefined,
  });
}

export function readHistory(value: unknown): Message[] {
  return list(raw(value).messages).flatMap((each) => readMessage(each) ?? []);
}

export function readSession(value: unknown): Session | undefined {
  const { token, restored, seq, busy } = raw(value);
  const known = text(token);
  return known
    ? { token: known, restored: restored === true, seq: count(seq) ?? 0, busy: busy === true }
    : undefined;
}

export function readAck(value: unknown): Ack {
  const { ok, error, retry_after: seconds, text: words } = raw(value);
  return given<Ack>({
    ok: ok === true,
    error: text(error),
    retryAfter: typeof seconds === 'number' && seconds >= 0 ? seconds : undefined,
    text: text(words),
  });
}

export function readFacts(value: unknown): Facts {
  const { emergency_number: number, whatsapp_link, email, privacy_link, longest_message } = raw(value);
  return given<Facts>({
    emergencyNumber: /^\d{2,6}$/.test(String(number)) ? String(number) : '112',
    whatsappLink: text(whatsapp_link),
    email: text(email),
    privacyLink: text(privacy_link),
    longestMessage: count(longest_message) || 1000,
  });
}
