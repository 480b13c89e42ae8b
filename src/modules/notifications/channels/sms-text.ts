/** Text of at most two message segments. Facts: 3GPP TS 23.038 (GSM 7-bit alphabet), 3GPP TS 23.040 (concatenation header). */
import { severityWords } from '../deliveries/message.ts';
import type { Parcel } from './channel.ts';

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
/** Behind an escape: each costs two septets. */
const extended = '^{}\\[~]|€';
const septets = new Map([...[...basic].map((one) => [one, 1] as const), ...[...extended].map((one) => [one, 2] as const)]);
/** One such sign would turn the whole text to UCS-2 and halve its room. */
const plain = new Map([
  ['…', '...'],
  ['–', '-'],
  ['—', '-'],
  ['‘', "'"],
  ['’', "'"],
  ['“', '"'],
  ['”', '"'],
  ['`', "'"],
  ['\u00a0', ' '],
]);

/** Two segments: 2 x 153 septets, or 2 x 67 UTF-16 units; one alone holds 160 or 70. */
const mostSeptets = 306;
const mostUnits = 134;

/** Septets of the GSM alphabet; null when it lacks a sign. */
export function septetsOf(text: string): number | null {
  let sum = 0;
  for (const character of text) {
    const cost = septets.get(character);
    if (cost === undefined) return null;
    sum += cost;
  }
  return sum;
}

export function segmentsOf(text: string): number {
  const count = septetsOf(text);
  if (count !== null) return count <= 160 ? 1 : Math.ceil(count / 153);
  return text.length <= 70 ? 1 : Math.ceil(text.length / 67);
}

const fits = (text: string): boolean => {
  const count = septetsOf(text);
  return count === null ? text.length <= mostUnits : count <= mostSeptets;
};

/** Ends every text: people can name the message, and we find it again after a lost answer. */
export const smsReference = (id: string): string => `Ref ${id.slice(-12)}`;

/** Severity, title, place, link, reference; cut in the middle, so that link and reference always stand. */
export function smsText({ id, severity, title, message }: Parcel): string {
  const end = `\n${message.link}\n${smsReference(id)}`;
  const said = [...`${severityWords[severity].toUpperCase()} ${title} (${message.where})`].map((one) => plain.get(one) ?? one);
  if (fits(said.join('') + end)) return said.join('') + end;
  let low = 0;
  let high = said.length;
  // The longest beginning that fits: length grows with every sign, also at the turn to UCS-2, where room only shrinks.
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(`${said.slice(0, middle).join('')}...${end}`)) low = middle;
    else high = middle - 1;
  }
  const text = `${said.slice(0, low).join('')}...${end}`;
  // A link that fills both segments by itself: people find the message by its reference.
  return fits(text) ? text : `${severityWords[severity].toUpperCase()} alert. ${smsReference(id)}`;
}
