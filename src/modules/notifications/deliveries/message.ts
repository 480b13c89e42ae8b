/** A message as every channel gets it: five lines in plain text. What came from outside is made one harmless line here. */
import { createHash } from 'node:crypto';
import type { Severity } from '../../../contract/severity.ts';
import { config } from '../../../platform/config.ts';

/** What a receiver that keeps state is to do with it. */
export type MessageAction = 'trigger' | 'acknowledge' | 'resolve';

export type Message = {
  readonly what: string;
  readonly where: string;
  readonly howBad: string;
  readonly done: string;
  readonly link: string;
  readonly action: MessageAction;
  /** What a receiver merges by: an incident, else a fingerprint. */
  readonly subject: string;
};

export type News = {
  /** Names the event: the same again puts nothing more into the outbox. */
  readonly eventId: string;
  readonly event: string;
  readonly severity: Severity;
  readonly title: string;
  readonly message: Message;
  readonly orderingKey: string;
  readonly incidentId: string | null;
  readonly alertId: string | null;
  readonly assetId: string | null;
  /** Null: never a repeat of something. */
  readonly fingerprint: string | null;
  readonly techniques: readonly string[];
  /** May go when the bucket is empty. */
  readonly urgent: boolean;
};

// Control characters, line and paragraph separators, and the marks that turn the direction of text around.
const unfit = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu;

/** One line of at most `longest` characters (code points), without characters that steer what shows it. */
export function plainLine(text: string, longest = 300): string {
  const characters = [...text.replace(unfit, ' ').trim()];
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}

/** Address of a path of this product. A link from outside it is not followed: its origin must be ours. */
export function productLink(path: string): string {
  const { PUBLIC_URL, HOST, PORT } = config();
  const base = PUBLIC_URL ?? `http://${HOST}:${PORT}`;
  if (!URL.canParse(path, base)) return base;
  const url = new URL(path, base);
  return url.origin === new URL(base).origin ? url.href.slice(0, 2000) : new URL(base).href;
}

export function fingerprintOf(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

export const severityWords: Readonly<Record<Severity, string>> = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  informational: 'Informational',
};
