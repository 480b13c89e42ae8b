/** What happened: day heads, time left, one sentence, actor right. Machines and people are told apart by icon. */
import { Cog, UserRound } from 'lucide-react';
import { Fragment, type ReactNode, type Ref } from 'react';
import { useNow } from './now.ts';
import { formatClock, formatDay, formatMoment } from './time.ts';

export type TimelineEntry = {
  readonly id: string;
  readonly at: string;
  /** One sentence. */
  readonly sentence: ReactNode;
  /** Details below: a comment, a before and after. */
  readonly detail?: ReactNode;
  readonly actor: string;
  readonly isMachine: boolean;
  readonly shape?: ReactNode;
};

type TimelineProps = {
  label: string;
  entries: readonly TimelineEntry[];
  /** The last entry, which can then have the focus: where a way leads to the end. */
  endRef?: Ref<HTMLLIElement>;
};

/** Entries in the order given: newest first in feeds, oldest first in incidents. */
export function Timeline({ label, entries, endRef }: TimelineProps) {
  const now = useNow();
  return (
    <ol aria-label={label}>
      {entries.map((entry, index) => {
        const day = formatDay(entry.at, { now });
        const before = entries[index - 1];
        const isNewDay = before === undefined || formatDay(before.at, { now }) !== day;
        return (
          <Fragment key={entry.id}>
            {isNewDay && <li className="pt-3 pb-1 text-label font-name text-ink-3 first:pt-0">{day}</li>}
            <TimelineRow entry={entry} endRef={index === entries.length - 1 ? endRef : undefined} />
          </Fragment>
        );
      })}
    </ol>
  );
}

function TimelineRow({ entry, endRef }: { entry: TimelineEntry; endRef: Ref<HTMLLIElement> | undefined }) {
  const { at, sentence, detail, actor, isMachine, shape } = entry;
  const Icon = isMachine ? Cog : UserRound;
  return (
    <li
      {...(endRef === undefined ? {} : { ref: endRef, tabIndex: -1 })}
      className="flex items-baseline gap-3 border-b border-line py-1.5 last:border-b-0"
    >
      <time dateTime={at} title={formatMoment(at)} className="w-11 flex-none text-ink-2 tabular-nums">
        {formatClock(at)}
      </time>
      {shape !== undefined && <span className="flex-none self-center">{shape}</span>}
      <div className="min-w-0 flex-1">
        <div className="font-name">{sentence}</div>
        {detail !== undefined && <div className="text-ink-2">{detail}</div>}
      </div>
      <span className="inline-flex max-w-1/2 flex-none items-baseline gap-1.5 text-ink-2">
        <Icon size={13} aria-label={isMachine ? 'machine' : 'person'} className="flex-none self-center text-ink-3" />
        <span className="min-w-0 wrap-anywhere">{actor}</span>
      </span>
    </li>
  );
}
