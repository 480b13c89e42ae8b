/** Many messages as one: how many of each severity, the gravest by name, and the way to all of them. Pure but for the link. */
import { type Severity, severities, severityRank } from '../../../contract/severity.ts';
import { type Message, productLink, severityWords } from './message.ts';

export type DigestRow = {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly where: string;
  readonly event: string;
  readonly createdAt: Date | string;
};

const named = 5;

/** @param members gravest first, at least one */
export function digestMessage(
  id: string,
  members: readonly DigestRow[],
): { severity: Severity; rank: number; title: string; message: Message } {
  const counts = severities
    .map((severity) => ({ severity, count: members.filter((member) => member.severity === severity).length }))
    .filter(({ count }) => count > 0);
  const severity = counts[0]?.severity ?? 'informational';
  const inWords = counts.map((one) => `${one.count} ${severityWords[one.severity].toLowerCase()}`).join(', ');
  const titles = [...new Set(members.map(({ title }) => title))];
  const more = titles.length > named ? `; and ${titles.length - named} more titles` : '';
  const places = [...new Set(members.map(({ where }) => where).filter((where) => where !== ''))];
  const times = members.map(({ createdAt }) => new Date(createdAt).getTime());
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  return {
    severity,
    rank: severityRank(severity),
    title: `${members.length} messages: ${inWords}`.slice(0, 300),
    message: {
      what: `${titles.slice(0, named).join('; ')}${more}`.slice(0, 2000),
      where: placesInWords(places),
      howBad: inWords,
      done: `From ${new Date(first).toISOString()} to ${new Date(last).toISOString()}. Each is kept and can be opened behind the link.`,
      link: productLink(`/notifications/deliveries?digest=${id}`),
      action: 'trigger',
      subject: `digest:${id}`,
    },
  };
}

function placesInWords(places: readonly string[]): string {
  if (places.length === 0) return 'No asset was named.';
  const rest = places.length > named ? ` and ${places.length - named} more` : '';
  return `${places.slice(0, named).join(', ')}${rest}`.slice(0, 500);
}
