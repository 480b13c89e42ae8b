/** Second places: what lies in each, what it refuses, and trying it. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import type { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { formatDuration } from '../../../ui/time.ts';
import type { Tone } from '../../../ui/words.ts';
import { type PlaceTrial, tryPlace, type Verification, type verifyAuditLog } from '../contract.ts';

type Place = Verification['places'][number];

type Answer = ReturnType<typeof useEndpoint<typeof verifyAuditLog>>;
export function PlaceSection({ verification }: { verification: Answer }) {
  return (
    <Section title="Second places" note="Where signed checkpoints are kept outside this database">
      <Loaded answer={verification} lines={3} waitsFor="the second places">
        {({ places, checkpoint }) =>
          places.length === 0 ? (
            <Unanchored />
          ) : (
            <ul className="divide-y divide-line border-y border-line">
              {places.map((place) => (
                <PlaceRow key={place.name} place={place} signed={checkpoint?.size ?? 0} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  );
}

const settings = ['AUDIT_ANCHOR_FILE', 'AUDIT_ANCHOR_S3_BUCKET', 'AUDIT_ANCHOR_URL', 'AUDIT_ANCHOR_DATABASE_URL', 'AUDIT_ANCHOR_MAIL_TO'];
function Unanchored() {
  return (
    <EmptyNote title="Unanchored">
      Somebody with the rights of the database and the signing key could rewrite everything, and it would not be seen here. Name at least
      one second place:{' '}
      {settings.map((name, at) => (
        <span key={name}>
          {at > 0 && ', '}
          <span className="mono text-code">{name}</span>
        </span>
      ))}
      .
    </EmptyNote>
  );
}

const kinds: Readonly<Record<Place['kind'], string>> = {
  file: 'File',
  address: 'Address',
  database: 'Database',
  'object-store': 'Object store',
  mail: 'Mailbox',
};

function stateOf({ failing, state, anchored }: Place): { word: string; tone: Tone } {
  if (failing !== null) return { word: 'Keeps nothing new', tone: 'high' };
  if (state === 'failed') return { word: 'Does not answer', tone: 'high' };
  return anchored === null ? { word: 'Nothing there yet', tone: 'info' } : { word: 'Kept', tone: 'ok' };
}

function PlaceRow({ place, signed }: { place: Place; signed: number }) {
  const { name, kind, anchored, failing, state, problem, unsigned } = place;
  const mayTry = useSession().can('audit-logs:administer');
  const [found, setFound] = useState<PlaceTrial | null>(null);
  const trial = useChange(tryPlace, { onDone: setFound, onRefused: () => setFound(null) });
  const { word, tone } = stateOf(place);
  return (
    <li className="grid gap-1 py-2.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="font-name">{kinds[kind]}</span>
        <Badge tone={tone}>{word}</Badge>
        <span className="mono order-last min-w-0 basis-full text-mark break-all text-ink-2 desk:order-none desk:flex-1 desk:basis-0">
          {name.replace(/^(file|mail|postgres):/, '')}
        </span>
        {mayTry && (
          <span className="ml-auto">
            <Button size="small" busy={trial.isRunning && 'Trying…'} onClick={() => void trial.run({ name })}>
              <span>
                Try<span className="sr-only"> {name}</span>
              </span>
            </Button>
          </span>
        )}
      </div>
      <p className="text-ink-2">
        <Anchored anchored={anchored} signed={signed} everyMs={place.everyMs} /> {readings[state]}
      </p>
      {failing !== null && (
        <p>
          {failing.problem}{' '}
          <span className="text-ink-2">
            {plural(failing.failures, 'try', 'tries')} in a row failed since <FullTime at={failing.since} />. It is tried again by itself,
            at least every 15 min.
          </span>
        </p>
      )}
      {problem !== null && problem !== failing?.problem && <p>{problem}</p>}
      {unsigned > 0 && <p className="text-ink-2">{plural(unsigned, 'note')} there that no key of ours signed: not counted.</p>}
      <TrialResult trial={found} problem={trial.problem?.message ?? null} />
    </li>
  );
}

const readings: Readonly<Record<Place['state'], string>> = {
  read: 'Compared with this log.',
  unread: 'What it keeps is not asked back: people compare it.',
  failed: 'Not compared with this log now.',
};

function Anchored({ anchored, signed, everyMs }: Pick<Place, 'anchored' | 'everyMs'> & { signed: number }) {
  const pace = everyMs === null ? null : <> Told every {formatDuration(everyMs)}.</>;
  if (anchored === null) return <>No checkpoint of this log has been kept there.{pace}</>;
  const behind = signed - anchored.size;
  return (
    <>
      Checkpoint of {plural(anchored.size, 'entry', 'entries')}, kept <RelativeTime at={anchored.at} />
      {behind > 0 && `; ${formatNumber(behind)} signed since`}.{pace}
    </>
  );
}

function TrialResult({ trial, problem }: { trial: PlaceTrial | null; problem: string | null }) {
  if (problem !== null) return <p role="status">It could not be tried: {problem}</p>;
  if (trial === null) return null;
  const { outcome, tookMs } = trial;
  return (
    <p role="status" className="flex items-start gap-2">
      <span className="flex-none pt-0.75">
        <Shape name={outcome === 'kept' ? 'ok' : 'critical'} tone={outcome === 'kept' ? 'ok' : 'high'} />
      </span>
      <span>
        {outcome === 'kept' ? keptWords(trial) : `Tried: ${trial.problem ?? 'it did not keep the checkpoint.'}`}{' '}
        <span className="text-ink-3">{formatDuration(tookMs)}</span>
      </span>
    </p>
  );
}

function keptWords({ size, readBack, locks, lockedUntil }: PlaceTrial) {
  const back = readBack === 'same' ? ', and read back the same' : readBack === 'missing' ? ', and not found when it was read back' : '';
  return (
    <>
      Tried: the checkpoint of {plural(size, 'entry', 'entries')} was kept{back}.{' '}
      {lockedUntil !== null && (
        <>
          Locked until <FullTime at={lockedUntil} />.
        </>
      )}
      {locks && lockedUntil === null && 'It does not say that it is locked: was the bucket made with object lock, and may the key read it?'}
    </>
  );
}
