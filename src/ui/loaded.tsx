/** One answer in all its states: loading, empty, refused, failed, stale, here. The rest of the page stands whatever happens to one part. */
import { RotateCcw } from 'lucide-react';
import { type ReactNode, useContext, useEffect, useState } from 'react';
import { Button, ButtonLink } from './button.tsx';
import { classNames } from './class-names.ts';
import { CopyButton } from './copy-button.tsx';
import { InSectionContext, PageAboveContext } from './screen-slots.ts';
import { Shape } from './shape.tsx';
import { formatClock } from './time.ts';

/** What the kit needs to know of an answer; the client's queries have this shape. */
export type Answer<T> = {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly isPending: boolean;
  readonly isFetching?: boolean | undefined;
  readonly dataUpdatedAt?: number | undefined;
  readonly refetch?: (() => unknown) | undefined;
};

type LoadedProps<T> = {
  answer: Answer<T>;
  /** A sentence or an EmptyNote; shown when `isEmpty`. */
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  /** Bars while loading: about as many as rows will come. */
  lines?: number;
  /** What the page waits for, said after 5 s. */
  waitsFor?: string;
  /** Who can grant it, when this person may not: `Only an admin can see this.` */
  refusal?: string;
  children: (data: T) => ReactNode;
};

export function Loaded<T>({ answer, empty, isEmpty = hasNoItems, lines = 4, waitsFor = 'the server', refusal, children }: LoadedProps<T>) {
  const { data, error, isPending, refetch } = answer;
  if (data === undefined) {
    if (error !== null && error !== undefined)
      return <ProblemNote error={error} onRetry={refetch} refusal={refusal} busy={answer.isFetching} />;
    return isPending ? <LoadingLines lines={lines} waitsFor={waitsFor} /> : null;
  }
  const stale = error === null || error === undefined ? null : <StaleNote answer={answer} />;
  if (empty !== undefined && isEmpty(data)) {
    return (
      <>
        {stale}
        {typeof empty === 'string' ? <EmptyNote title={empty} /> : empty}
      </>
    );
  }
  return (
    <>
      {stale}
      {children(data)}
    </>
  );
}

function hasNoItems(data: unknown): boolean {
  if (Array.isArray(data)) return data.length === 0;
  return typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items) && data.items.length === 0;
}

/** Structure at once, bars after 300 ms, after 5 s the name of what is awaited. */
export function LoadingLines({ lines = 4, waitsFor = 'the server' }: { lines?: number; waitsFor?: string }) {
  const [stage, setStage] = useState<'nothing' | 'bars' | 'words'>('nothing');
  useEffect(() => {
    const bars = setTimeout(() => setStage('bars'), 300);
    const words = setTimeout(() => setStage('words'), 5000);
    return () => {
      clearTimeout(bars);
      clearTimeout(words);
    };
  }, []);
  const inSection = useContext(InSectionContext);
  return (
    <div aria-busy="true" className={inSection ? '' : 'px-4 py-3 tablet:px-6'}>
      {Array.from({ length: lines - 1 }, (_, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are alike and never reorder
        <div key={place} className="flex h-8 items-center">
          {stage !== 'nothing' && <Bar place={place} />}
        </div>
      ))}
      {/* The words take the place of the last bar, so that nothing below moves when they come. */}
      <div className="flex h-8 items-center">
        {stage === 'bars' && <Bar place={lines - 1} />}
        <p role="status" className="text-ink-3">
          {stage === 'words' ? `Waiting for ${waitsFor}…` : ''}
        </p>
      </div>
    </div>
  );
}

function Bar({ place }: { place: number }) {
  return <span aria-hidden="true" className="block h-2.5 rounded-tag bg-sunken" style={{ width: `${[62, 48, 71, 39][place % 4]}%` }} />;
}

type ProblemFacts = { sentence: string; code: string | null; status: number | null; traceId: string | null };
const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Reads a thrown thing: problems speak for themselves, anything else is a defect of the page. */
export function problemFacts(error: unknown): ProblemFacts {
  const facts: Readonly<Record<string, unknown>> =
    typeof error === 'object' && error !== null ? { ...error, message: Reflect.get(error, 'message') } : {};
  const code = textOf(facts['code']);
  return {
    sentence: (code === null ? null : textOf(facts['message'])) ?? 'This part of the page failed.',
    code: code ?? textOf(facts['message']),
    status: typeof facts['status'] === 'number' ? facts['status'] : null,
    traceId: textOf(facts['traceId']),
  };
}

type ProblemNoteProps = { error: unknown; onRetry?: (() => unknown) | undefined; refusal?: string | undefined; busy?: boolean | undefined };
/** An error or refusal where its content would stand. What is gone does not come back by asking again: the way on is the page above. */
export function ProblemNote({ error, onRetry, refusal, busy }: ProblemNoteProps) {
  const { sentence, code, status, traceId } = problemFacts(error);
  const above = useContext(PageAboveContext);
  const inSection = useContext(InSectionContext);
  const isRefusal = status === 403;
  const isGone = status === 404 && onRetry !== undefined;
  return (
    <div
      ref={intoView}
      role={isRefusal ? undefined : 'alert'}
      className={classNames('flex gap-3', inSection ? 'py-1' : 'px-4 py-5 tablet:px-6')}
    >
      <span className="mt-0.5">
        {isRefusal || isGone ? <Shape name={isGone ? 'unknown' : 'on-hold'} tone="ink-3" /> : <Shape name="high" tone="high" />}
      </span>
      <div className="min-w-0 max-w-[72ch]">
        <p className="text-read font-name">{isRefusal ? (refusal ?? sentence) : sentence}</p>
        {isGone && <p className="mt-0.5 text-ink-2">It may have been removed, or the address is not whole.</p>}
        <p className="mt-0.5 flex flex-wrap items-center gap-x-2 text-ink-3">
          {code !== null && <span className="mono text-code">{code}</span>}
          {traceId !== null && (
            <span className="inline-flex items-center gap-1">
              trace <span className="mono text-code">{traceId.slice(0, 12)}…</span>
              <CopyButton text={traceId} label="Copy the trace id" />
            </span>
          )}
        </p>
        {isGone && above !== null && (
          <div className="mt-2">
            <ButtonLink to={above.to}>To {above.label}</ButtonLink>
          </div>
        )}
        {onRetry && !isRefusal && !isGone && (
          <div className="mt-2">
            <Button icon={RotateCcw} busy={busy && 'Trying…'} onClick={() => void onRetry()}>
              Try again
            </Button>
          </div>
        )}
      </div>
    </div>
  );
}

/** Once, when it appears: below what a dialog has room for nobody would see why nothing happened. */
function intoView(note: HTMLDivElement | null): void {
  if (note?.closest('[data-dialog-body]')) note.scrollIntoView({ block: 'nearest' });
}

function StaleNote({ answer: { error, dataUpdatedAt, refetch } }: { answer: Answer<unknown> }) {
  const inSection = useContext(InSectionContext);
  return (
    <div
      role="status"
      className={classNames(
        'flex flex-wrap items-center gap-x-3 gap-y-1 bg-high-tint py-1.5 text-high-ink',
        inSection ? 'mb-2 rounded-control px-3' : 'border-b border-line px-4 tablet:px-6',
      )}
    >
      <span>
        {dataUpdatedAt === undefined || dataUpdatedAt === 0 ? 'Not up to date' : `From ${formatClock(dataUpdatedAt)}`}.{' '}
        {problemFacts(error).sentence}
      </span>
      {refetch && (
        <button type="button" className="font-name underline underline-offset-2" onClick={() => void refetch()}>
          Try again
        </button>
      )}
    </div>
  );
}

type EmptyNoteProps = {
  /** `nothing-yet`: what would appear and the first step. `no-match`: the chip to drop. `all-clear`: what was checked, when, and what was not covered. */
  kind?: 'nothing-yet' | 'no-match' | 'all-clear';
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
};
export function EmptyNote({ kind = 'nothing-yet', title, children, actions }: EmptyNoteProps) {
  const inSection = useContext(InSectionContext);
  const shape = { 'nothing-yet': 'open', 'no-match': 'false-positive', 'all-clear': 'ok' } as const;
  return (
    <div className={classNames('flex gap-3', inSection ? 'py-2' : 'px-4 py-8 tablet:px-6')}>
      <span className="mt-0.5">
        <Shape name={shape[kind]} tone={kind === 'all-clear' ? 'ok' : 'ink-3'} size={16} />
      </span>
      <div className="min-w-0 max-w-[64ch]">
        <p className="text-row font-row">{title}</p>
        {children !== undefined && <div className="mt-1 text-ink-2">{children}</div>}
        {actions !== undefined && <div className="mt-3 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
