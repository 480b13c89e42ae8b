/** A message as plain text and as HTML, and the names that put it into its thread. */
import { severityWords } from '../deliveries/message.ts';
import type { Parcel } from './channel.ts';

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}

const linesOf = ({ message }: Parcel): readonly (readonly [string, string])[] => [
  ['What', message.what],
  ['Where', message.where],
  ['How bad', message.howBad],
  ['Done so far', message.done],
];

export const subjectOf = ({ severity, title }: Pick<Parcel, 'severity' | 'title'>): string => `[${severityWords[severity]}] ${title}`;

export function plainText(parcel: Parcel): string {
  const lines = linesOf(parcel).map(([name, text]) => `${name}: ${text}`);
  return `${lines.join('\n')}\n\n${parcel.message.link}\n\nDelivery ${parcel.id}\n`;
}

export function htmlText(parcel: Parcel): string {
  const rows = linesOf(parcel)
    .map(([name, text]) => `<tr><th align="left" valign="top">${name}</th><td>${escapeHtml(text)}</td></tr>`)
    .join('');
  const link = escapeHtml(parcel.message.link);
  return `<!doctype html><html lang="en"><body><h1>${escapeHtml(subjectOf(parcel))}</h1><table cellpadding="6">${rows}</table><p><a href="${link}">Open in AI-SPM</a></p><p>Delivery ${parcel.id}</p></body></html>`;
}

/**
 * `Message-ID` from the outbox id, so that a copy is one; `References` names the incident, so that its messages are a thread.
 * @param from an address: its domain is where the ids live. @source RFC 5322, 3.6.4
 */
export function threadOf({ id, incidentId }: Pick<Parcel, 'id' | 'incidentId'>, from: string): { messageId: string; root: string | null } {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return { messageId: `<${id}@${domain}>`, root: incidentId === null ? null : `<incident.${incidentId}@${domain}>` };
}
