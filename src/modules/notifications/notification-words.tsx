/** Words and shapes of channels, destinations and deliveries. */
import { Link } from 'wouter';
import { Shape } from '../../ui/shape.tsx';
import { Badge } from '../../ui/tag.tsx';
import type { Meaning } from '../../ui/words.ts';
import type { AttemptOutcome, Channel, DeliveryState, Destination, Hours } from './contract.ts';

export const channelWords: Readonly<Record<Channel, string>> = {
  slack: 'Slack',
  email: 'E-mail',
  pagerduty: 'PagerDuty',
  sms: 'SMS',
  webhook: 'Webhook',
};
export const healthMeanings: Readonly<Record<Destination['health'], Meaning>> = {
  untested: { word: 'Nothing sent yet', shape: 'unknown', tone: 'unknown' },
  working: { word: 'Working', shape: 'ok', tone: 'ok' },
  failing: { word: 'Failing', shape: 'high', tone: 'high' },
  paused: { word: 'Paused', shape: 'on-hold', tone: 'medium' },
  off: { word: 'Switched off', shape: 'false-positive', tone: 'ink-2' },
};
/** `sent` is not delivered: the protocol does not say. */
export const stateMeanings: Readonly<Record<DeliveryState, Meaning>> = {
  queued: { word: 'Queued', shape: 'in-progress', tone: 'accent' },
  sent: { word: 'Sent, not confirmed', shape: 'resolved-claimed', tone: 'ink-2' },
  acknowledged: { word: 'Acknowledged', shape: 'ok', tone: 'ok' },
  dead: { word: 'Not delivered', shape: 'critical', tone: 'critical' },
};
export const outcomeMeanings: Readonly<Record<AttemptOutcome, Meaning>> = {
  acknowledged: stateMeanings.acknowledged,
  sent: stateMeanings.sent,
  retry: { word: 'Failed, tried again', shape: 'medium', tone: 'medium' },
  dead: { word: 'Failed for good', shape: 'critical', tone: 'critical' },
  unfinished: { word: 'No end recorded', shape: 'unknown', tone: 'unknown' },
};

export function MeaningChip({ meaning: { word, shape, tone } }: { meaning: Meaning }) {
  return (
    <Badge tone={tone}>
      <Shape name={shape} tone={tone} size={13} />
      {word}
    </Badge>
  );
}
export function MeaningShape({ meaning: { word, shape, tone } }: { meaning: Meaning }) {
  return <Shape name={shape} tone={tone} label={word} />;
}

const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
export function dayWord(day: number): string {
  return days[day - 1] ?? String(day);
}
export function hoursWords({ zone, from, to, days: chosen }: Hours): string {
  const when = chosen.length === 7 ? 'every day' : [...chosen].sort().map(dayWord).join(', ');
  return `${from}–${to}, ${when} (${zone})`;
}

const places = [
  { to: '/notifications', word: 'Destinations' },
  { to: '/notifications/rules', word: 'Routing' },
  { to: '/notifications/deliveries', word: 'Deliveries' },
];
/** The three pages of this slice, under the title of each. */
export function NotificationPlaces({ current }: { current: (typeof places)[number]['to'] }) {
  return (
    <nav aria-label="Notifications" className="scroll-quiet flex gap-2 overflow-x-auto px-4">
      {places.map(({ to, word }) => (
        <Link
          key={to}
          href={to}
          aria-current={to === current ? 'page' : undefined}
          className="finger -mb-px flex h-9 flex-none items-center border-b-2 border-transparent px-2 font-name whitespace-nowrap text-ink-2 transition-colors hover:text-ink focus-visible:-outline-offset-2 aria-[current=page]:border-accent aria-[current=page]:font-strong aria-[current=page]:text-ink"
        >
          {word}
        </Link>
      ))}
    </nav>
  );
}
