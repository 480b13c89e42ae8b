/** Everything that happened, oldest first: what a machine did many times is one line, and a call shows what became of its messages. */
import { ArrowDown } from 'lucide-react';
import { type ReactNode, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Fold } from '../../../ui/fold.tsx';
import { type FoldedRows, followersOf, gatherRuns } from '../../../ui/fold-rows.ts';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { useKeys } from '../../../ui/keys.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Section } from '../../../ui/section.tsx';
import { formatClock, formatDuration } from '../../../ui/time.ts';
import { Timeline } from '../../../ui/timeline.tsx';
import { type Delivery, listDeliveries } from '../../notifications/contract.ts';
import { type Incident, incidentTimeline, type TimelineEntry } from '../contract.ts';
import { IncidentDialog } from './incident-dialogs.tsx';
import { liveEvents } from './incident-words.tsx';

/**
 * A message may be dated by the beginning of the transaction that also wrote the line of its call. Levels lie at least five seconds
 * apart: only those that a person calls in a hurry could be mixed up.
 */
const earlierMs = 2000;

/** `Answered by itself: Block the input…`: what machines write is alike when it begins alike; people's words never are. */
function headOf({ kind, actor, text, lateByMs }: TimelineEntry): string | null {
  if (actor.kind === 'user' || (kind !== 'act' && kind !== 'alert') || (lateByMs ?? 0) >= 1000) return null;
  const end = text.indexOf(': ');
  return end > 0 && end <= 40 ? text.slice(0, end) : null;
}

/** The latest so many come at once: the story of nearly every incident is then whole. */
const atOnce = 200;
/** Below this the end is in sight anyway. */
const fewEntries = 8;

export function Trail({ incident }: { incident: Incident }) {
  const { can } = useSession();
  const list = useEndpointPages(incidentTimeline, { id: incident.id, limit: atOnce }, { live: liveEvents });
  const messages = useMessages(incident.id);
  const [writing, setWriting] = useState(false);
  const { rows, newCount, addNew } = list;
  const entries = useMemo(() => {
    const calls = rows.filter(({ kind }) => kind === 'escalation');
    const sent = messages === null ? null : followersOf(calls, messages, { dateOf: ({ createdAt }) => createdAt, slackMs: earlierMs });
    // The server gives the newest first, so that the end is always here.
    return gatherRuns(rows.toReversed(), headOf).map((line) => shown(line, sent?.get(line.first.id) ?? null));
  }, [rows, messages]);
  const end = useEnd(entries.at(-1)?.id, { newCount, addNew });
  const isLong = entries.length >= fewEntries;
  useKeys('Incident', isLong || newCount > 0 ? [{ keys: 'n', label: 'To the latest entry', run: end.go }] : []);
  return (
    <Section
      title="Timeline"
      note="oldest first"
      aside={
        <span className="flex gap-2">
          {isLong && (
            <Button size="small" icon={ArrowDown} onClick={end.go}>
              To the latest
            </Button>
          )}
          {can('incidents:update') && (
            <Button size="small" keys="c" onClick={() => setWriting(true)}>
              Note
            </Button>
          )}
        </span>
      }
    >
      <Loaded answer={list} lines={5} waitsFor="the timeline">
        {() => (
          <>
            {list.hasMore && (
              <Button size="small" busy={list.isLoadingMore && 'Loading…'} onClick={list.loadMore}>
                Show what was earlier
              </Button>
            )}
            <Timeline label="Timeline" entries={entries} endRef={end.ref} />
            <NewEntries count={newCount} onShow={end.go} />
          </>
        )}
      </Loaded>
      {writing && <IncidentDialog ask="note" incident={incident} onClose={() => setWriting(false)} />}
    </Section>
  );
}

/** Stays at the foot of the window while the reader is further up. */
function NewEntries({ count, onShow }: { count: number; onShow: () => void }) {
  return (
    <div role="status" className="pointer-events-none sticky bottom-3 flex justify-center">
      {count > 0 && (
        <button
          type="button"
          onClick={onShow}
          className="finger pointer-events-auto inline-flex h-6 animate-float items-center gap-1 rounded-round bg-accent px-2.5 text-label font-name text-on-accent hover:bg-accent-hover"
        >
          <ArrowDown size={13} aria-hidden="true" />
          {plural(count, 'new entry', 'new entries')}
        </button>
      )}
    </div>
  );
}

type News = { readonly newCount: number; readonly addNew: () => void };
type End = { readonly ref: RefObject<HTMLLIElement | null>; readonly go: () => void };
/**
 * The last entry. What is new is added at once while it is in sight, because then nothing moves that is being read; else it waits.
 * @param lastId of the entry that stands last now
 */
function useEnd(lastId: string | undefined, { newCount, addNew }: News): End {
  const ref = useRef<HTMLLIElement>(null);
  const [isGoing, setGoing] = useState(false);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another last entry is another element
  useEffect(() => {
    const last = ref.current;
    if (last === null || newCount === 0) return;
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting === true && addNew());
    observer.observe(last);
    return () => observer.disconnect();
  }, [lastId, newCount, addNew]);
  useEffect(() => {
    if (!isGoing || newCount > 0) return;
    setGoing(false);
    ref.current?.focus({ preventScroll: true });
    ref.current?.scrollIntoView({ block: 'nearest' });
  }, [isGoing, newCount]);
  const go = (): void => {
    if (newCount > 0) addNew();
    setGoing(true);
  };
  return { ref, go };
}

/** null: the reader may not see them, or they are not here yet. */
function useMessages(incident: string): readonly Delivery[] | null {
  const { can } = useSession();
  const asked = { incident, event: 'incident.escalated', limit: 200 };
  const answer = useEndpoint(listDeliveries, asked, { live: ['notifications.'], enabled: can('notifications:read') });
  return answer.data?.items ?? null;
}

function shown({ first, rows }: FoldedRows<TimelineEntry>, messages: readonly Delivery[] | null) {
  const { id, at, actor, text, kind, lateByMs } = first;
  const head = rows.length > 1 ? headOf(first) : null;
  const late = lateByMs !== null && lateByMs >= 1000 ? `${formatDuration(lateByMs)} after its time` : null;
  const detail = kind === 'escalation' && messages !== null ? <Messages late={late} messages={messages} /> : late;
  return {
    id,
    at,
    sentence: head === null ? <InertText className="break-words" text={text} /> : <Many head={head} entries={rows} />,
    actor: actor.name,
    isMachine: actor.kind !== 'user',
    ...(detail === null ? {} : { detail }),
  };
}

function Many({ head, entries }: { head: string; entries: readonly TimelineEntry[] }): ReactNode {
  return (
    <Fold line={`${head}, ${formatNumber(entries.length)} times`}>
      <ul className="font-normal">
        {entries.map(({ id, at, text }) => (
          <li key={id} className="flex gap-3 py-0.5">
            <time dateTime={at} className="flex-none text-ink-2 tabular-nums">
              {formatClock(at)}
            </time>
            <InertText className="min-w-0 break-words" text={text.slice(head.length + 2)} />
          </li>
        ))}
      </ul>
    </Fold>
  );
}

/** `sent` is handed over: nobody says whether it arrived. */
const stateWords: Readonly<Record<Delivery['state'], string>> = {
  queued: 'queued',
  sent: 'sent, not confirmed',
  acknowledged: 'acknowledged',
  dead: 'not delivered',
};

function Messages({ late, messages }: { late: string | null; messages: readonly Delivery[] }): ReactNode {
  if (messages.length === 0) return <>{late === null ? '' : `${late}; `}No message is recorded for it.</>;
  const counted = (Object.keys(stateWords) as Delivery['state'][])
    .map((state) => ({ state, count: messages.filter((one) => one.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${formatNumber(count)} ${stateWords[state]}`);
  return (
    <>
      {late}
      <Fold line={`${plural(messages.length, 'message')}: ${counted.join(', ')}`}>
        <ul>
          {messages.map(({ id, destinationName, channel, state, attempts }) => (
            <li key={id} className="flex flex-wrap gap-x-3 py-0.5">
              <TextLink to={`/notifications/deliveries?peek=${id}`}>{inertLine(destinationName)}</TextLink>
              <span>{channel}</span>
              <span className={state === 'dead' ? 'text-critical-ink' : ''}>{stateWords[state]}</span>
              {attempts > 1 && <span>after {formatNumber(attempts)} tries</span>}
            </li>
          ))}
        </ul>
      </Fold>
    </>
  );
}
