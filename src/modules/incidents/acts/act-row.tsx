/** One act: its state, its time, and its way back; many equal ones are one line that opens. */
import { useSession } from '../../../client/session.ts';
import { Button } from '../../../ui/button.tsx';
import { Fold } from '../../../ui/fold.tsx';
import { type FoldedRows, gatherAlike } from '../../../ui/fold-rows.ts';
import { formatNumber } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { ActStateBadge, CountdownWords, categoryWords } from '../cases/incident-words.tsx';
import type { Act } from '../contract.ts';

export type Verb = 'approve' | 'refuse' | 'revert' | 'waive';
/** null: the reader may only look. */
export type Decide = ((act: Act, verb: Verb) => void) | null;

/** What waits for a person, failed, or is not yet in force stands by itself: forty blocks that hold are one line. */
function alike({ action, state, simulated, containing, approvedBy, waived, failure }: Act): string | null {
  if (waived !== null || failure !== null || !['in_force', 'reverted', 'expired', 'skipped'].includes(state)) return null;
  return `${action} ${state} ${simulated} ${containing} ${approvedBy ?? ''}`;
}

export function ActLines({ acts, onDecide }: { acts: readonly Act[]; onDecide: Decide }) {
  return (
    <ul>
      {gatherAlike(acts, alike).map(({ first, rows }) => (
        <li key={first.id} className="border-b border-line py-2 last:border-b-0">
          {rows.length === 1 ? <ActRow act={first} onDecide={onDecide} /> : <FoldedActs first={first} rows={rows} onDecide={onDecide} />}
        </li>
      ))}
    </ul>
  );
}

function FoldedActs({ first, rows, onDecide }: FoldedRows<Act> & { onDecide: Decide }) {
  const line = (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-1 align-middle">
      <ActStateBadge state={first.state} simulated={first.simulated} />
      <span className="font-name">
        {categoryWords(first.action)}, {formatNumber(rows.length)} times
      </span>
      <span className="text-ink-2">
        the latest <RelativeTime at={first.inForceAt ?? first.requestedAt} />
      </span>
      {first.containing && <Contains />}
    </span>
  );
  return (
    <Fold line={line}>
      <ul>
        {rows.map((act) => (
          <li key={act.id} className="border-b border-line py-2 last:border-b-0">
            <ActRow act={act} onDecide={onDecide} />
          </li>
        ))}
      </ul>
    </Fold>
  );
}

function Contains() {
  return <Tag title="The incident is contained when all of these are in force">contains</Tag>;
}

function ActRow({ act, onDecide }: { act: Act; onDecide: Decide }) {
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <ActStateBadge state={act.state} simulated={act.simulated} />
        <InertText className="min-w-0 flex-1 basis-60 font-name break-words" text={act.title} />
        {act.containing && <Contains />}
      </div>
      <div className="mt-0.5 flex flex-wrap items-baseline gap-x-3 text-ink-2">
        <span>{act.requestedBy.name}</span>
        <ActTimes act={act} />
        {act.approvedBy !== null && <span>approved by {act.approvedBy}</span>}
      </div>
      {act.failure !== null && <p className="mt-0.5 text-critical-ink">{act.failure}</p>}
      {act.waived !== null && <p className="mt-0.5 text-ink-2">Not waited for: {act.waived}</p>}
      {onDecide !== null && <ActButtons act={act} onDecide={(verb) => onDecide(act, verb)} />}
    </>
  );
}

function ActTimes({ act }: { act: Act }) {
  if (act.state === 'planned' || act.state === 'executing')
    return (
      <span>
        due <CountdownWords dueAt={act.dueAt} />
      </span>
    );
  if (act.inForceAt === null) return <RelativeTime at={act.requestedAt} />;
  const took = Date.parse(act.inForceAt) - Date.parse(act.approvedAt ?? act.requestedAt);
  return (
    <span>
      in force after {took < 1000 ? `${Math.max(1, Math.round(took))} ms` : formatDuration(took)}, <RelativeTime at={act.inForceAt} />
    </span>
  );
}

/** None of them is a primary button: the one thing to press stands under "Next action". */
function ActButtons({ act, onDecide }: { act: Act; onDecide: (verb: Verb) => void }) {
  const { user } = useSession();
  const waits = act.state === 'awaiting_approval';
  const isOwn = act.requestedBy.id === user?.id;
  const canRevert = act.revertible && (act.state === 'in_force' || act.state === 'partial');
  const canWaive = act.containing && act.waived === null && ['failed', 'partial', 'awaiting_approval', 'executing'].includes(act.state);
  if (!waits && !canRevert && !canWaive) return null;
  return (
    <div className="mt-1.5 flex flex-wrap gap-2">
      {waits && (
        <>
          {isOwn ? (
            <span className="self-center text-ink-2">Somebody else than you must approve it.</span>
          ) : (
            <Button size="small" onClick={() => onDecide('approve')}>
              Approve
            </Button>
          )}
          <Button size="small" onClick={() => onDecide('refuse')}>
            Do not approve
          </Button>
        </>
      )}
      {canRevert && (
        <Button size="small" onClick={() => onDecide('revert')}>
          Take back
        </Button>
      )}
      {canWaive && (
        <Button size="small" onClick={() => onDecide('waive')}>
          Do not wait for it
        </Button>
      )}
    </div>
  );
}
