/** One entry as a row: time, what happened with what changed, on what, by whom, and how it ended. */
import { Cog, UserRound } from 'lucide-react';
import { useMemo } from 'react';
import { inertLine } from '../../../ui/inert.ts';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { formatClock, formatDay, formatMoment } from '../../../ui/time.ts';
import type { Tone } from '../../../ui/words.ts';
import type { AuditEntry } from '../contract.ts';
import { actionWords } from './action-words.tsx';
import { actorName, type People, resourceName } from './actor-name.tsx';
import { changeSummary } from './change-view.tsx';

export const entryId = (entry: AuditEntry) => entry.id;
export const entryName = (entry: AuditEntry) => `${actionWords(entry.action)}, entry ${entry.index}`;

const outcomes: Readonly<Record<AuditEntry['outcome'], { word: string; tone: Tone }>> = {
  done: { word: 'Done', tone: 'info' },
  allowed: { word: 'Allowed', tone: 'info' },
  denied: { word: 'Denied', tone: 'high' },
  failed: { word: 'Failed', tone: 'medium' },
};

export function OutcomeBadge({ outcome }: { outcome: AuditEntry['outcome'] }) {
  return <Badge tone={outcomes[outcome].tone}>{outcomes[outcome].word}</Badge>;
}

export function useEntryColumns(people: People): Column<AuditEntry>[] {
  return useMemo<Column<AuditEntry>[]>(
    () => [
      { id: 'time', head: 'Time', width: 150, cell: (entry) => <When time={entry.time} /> },
      {
        id: 'action',
        head: 'What happened',
        primary: true,
        cell: (entry) => <TwoLines title={actionWords(entry.action)} second={inertLine(detail(entry))} mono />,
      },
      {
        id: 'resource',
        head: 'On',
        width: 190,
        hideUnder: 860,
        cell: ({ resource }) =>
          resource.id === null ? resource.type : <TwoLines title={inertLine(resourceName(resource, people))} second={resource.type} />,
      },
      { id: 'actor', head: 'By', width: 170, hideUnder: 480, cell: (entry) => <Actor entry={entry} people={people} /> },
      { id: 'outcome', head: 'Outcome', width: 104, cell: (entry) => <OutcomeBadge outcome={entry.outcome} /> },
      {
        id: 'index',
        head: 'Entry',
        width: 104,
        hideUnder: 860,
        cell: (entry) => <span className="text-ink-3 tabular-nums">{entry.index}</span>,
      },
    ],
    [people],
  );
}

function detail(entry: AuditEntry): string {
  if (entry.reason !== null) return entry.reason;
  return changeSummary(entry.change) || entry.action;
}

function When({ time }: { time: string }) {
  return (
    <time dateTime={time} title={formatMoment(time)} className="whitespace-nowrap tabular-nums">
      <span className="text-ink-2">{formatDay(time)}</span> {formatClock(time)}
    </time>
  );
}

export function Actor({ entry, people }: { entry: AuditEntry; people: People }) {
  const isMachine = entry.actor.kind !== 'user';
  const Icon = isMachine ? Cog : UserRound;
  return (
    <span className="flex min-w-0 items-center gap-1.5" title={entry.actor.id}>
      <Icon size={13} aria-label={isMachine ? entry.actor.kind : 'person'} className="flex-none text-ink-3" />
      <span className="truncate">{actorName(entry.actor, people)}</span>
    </span>
  );
}

export function EntryPhoneRow({ entry, people }: { entry: AuditEntry; people: People }) {
  return (
    <PhoneRow
      shape={null}
      title={actionWords(entry.action)}
      reason={`${formatDay(entry.time)} ${formatClock(entry.time)}, ${resourceName(entry.resource, people)}`}
      owner={<Actor entry={entry} people={people} />}
      due={<OutcomeBadge outcome={entry.outcome} />}
    />
  );
}
