/** One quarantine beside the list: who enforces it, and its release. */

import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, ButtonLink, TextLink } from '../../../ui/button.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { Peek, type PeekProps } from '../../../ui/peek.tsx';
import { ReasonDialog } from '../../../ui/reason-dialog.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityChip } from '../../../ui/severity.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { CountdownWords, liveEvents, PointBadge, QuarantineStateBadge, touched } from '../cases/incident-words.tsx';
import { getQuarantine, keepQuarantine, type Quarantine, releaseQuarantine } from '../contract.ts';

type Props = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & { id: string };

export function QuarantinePeek({ id, ...frame }: Props) {
  const answer = useEndpoint(getQuarantine, { id }, { live: liveEvents });
  const row = answer.data;
  return (
    <Peek
      recordId={id}
      name={row === undefined ? id.slice(-12) : inertLine(row.assetName)}
      title={row === undefined ? 'Quarantine' : inertLine(row.assetName)}
      facts={
        row && (
          <>
            <SeverityChip severity={row.severity} />
            <QuarantineStateBadge state={row.state} />
          </>
        )
      }
      summary={row && <InertText className="break-words" text={row.reason} />}
      {...frame}
    >
      <Loaded answer={answer}>{(loaded: Quarantine) => <Sections row={loaded} />}</Loaded>
    </Peek>
  );
}

function Sections({ row }: { row: Quarantine }) {
  return (
    <>
      <Points row={row} />
      <Release row={row} />
      <Section title="Facts" inset="peek">
        <FieldList
          labelWidth={104}
          fields={[
            { label: 'Asset', value: <TextLink to={`/ai-assets/${row.assetId}`}>{inertLine(row.assetName)}</TextLink> },
            {
              label: 'Incident',
              value: row.incidentId === null ? 'none' : <TextLink to={`/incidents/${row.incidentId}`}>Open the incident</TextLink>,
            },
            { label: 'Asked for by', value: row.requestedBy },
            { label: 'Requested', value: <RelativeTime at={row.requestedAt} /> },
            { label: 'In force', value: row.inForceAt === null ? 'not yet' : <RelativeTime at={row.inForceAt} /> },
            ...(row.releasedAt === null ? [] : [{ label: 'Released', value: <RelativeTime at={row.releasedAt} /> }]),
            { label: 'Because of', value: <Detections ids={row.detectionIds} /> },
          ]}
        />
      </Section>
    </>
  );
}

/** What found the attack, each with its evidence. */
function Detections({ ids }: { ids: readonly string[] }) {
  if (ids.length === 0) return 'a person, or an alert without a detection';
  return (
    <ul>
      {ids.slice(0, 10).map((id, at) => (
        <li key={id}>
          <TextLink to={`/adversarial-detection/detections/${id}`}>
            {ids.length === 1 ? 'The detection and its evidence' : `Detection ${at + 1} of ${ids.length}`}
          </TextLink>
        </li>
      ))}
      {ids.length > 10 && <li className="text-ink-2">and {plural(ids.length - 10, 'more', 'more')}</li>}
    </ul>
  );
}

function Points({ row }: { row: Quarantine }) {
  return (
    <Section title="Who enforces it" inset="peek">
      <ul>
        {row.points.map(({ id, title, state, at, detail }) => (
          <li key={id} className="border-b border-line py-1.5 last:border-b-0">
            <div className="flex flex-wrap items-center gap-2">
              <span className="min-w-0 flex-1 font-name">{inertLine(title)}</span>
              <PointBadge state={state} />
              {state === 'pending' && row.state === 'executing' && <CountdownWords dueAt={row.deadlineAt} />}
              {at !== null && (
                <span className="text-ink-3">
                  <RelativeTime at={at} />
                </span>
              )}
            </div>
            {detail !== '' && <InertText className="text-ink-2" text={detail} />}
          </li>
        ))}
      </ul>
      {row.state === 'advised' && (
        <p className="mt-2 text-ink-2">No point enforces it, so nothing isolates the asset: register one that stands where it runs.</p>
      )}
    </Section>
  );
}

const policyWords = {
  manual: 'Only a person releases it.',
  after: 'A release is asked for when its time is over.',
  'when-clean': 'A release is asked for when its time is over and a fresh scan or analysis found nothing.',
} as const;

function Release({ row }: { row: Quarantine }) {
  const { can, user } = useSession();
  const [asked, setAsked] = useState<'release' | 'keep' | null>(null);
  const { policy, dueAt, approvals, approvalsNeeded, requestedBy, reason } = row.release;
  const isOpen = ['in_force', 'partial', 'advised', 'reverting'].includes(row.state);
  const isOwn = requestedBy !== null && requestedBy === user?.name;
  const mayRelease = can('adversarial-detection:update') && isOpen && !isOwn;
  return (
    <Section title="Release" inset="peek">
      <p className="text-ink-2">
        {policyWords[policy]} It needs{' '}
        {approvalsNeeded === 0 ? 'no approval' : `${plural(approvalsNeeded, 'approval')} by others than who asked`}.
        {dueAt !== null && row.state !== 'reverting' && (
          <>
            {' '}
            Time: <CountdownWords dueAt={dueAt} />.
          </>
        )}
      </p>
      {row.keptReason !== null && <p className="mt-1 text-ink-2">Kept on purpose: {row.keptReason}</p>}
      {row.state === 'reverting' && (
        <p className="mt-1">
          {requestedBy} asked for it: {reason}{' '}
          <span className="text-ink-2">Approved by {approvals.length === 0 ? 'nobody yet' : approvals.join(', ')}.</span>
        </p>
      )}
      {isOpen && (
        <div className="mt-2 flex flex-wrap gap-2">
          {mayRelease && (
            <Button kind="primary" onClick={() => setAsked('release')}>
              {row.state === 'reverting' ? 'Approve the release' : 'Ask for release'}
            </Button>
          )}
          {can('incidents:update') && <Button onClick={() => setAsked('keep')}>Keep it</Button>}
          {row.incidentId !== null && <ButtonLink to={`/incidents/${row.incidentId}`}>Open the incident</ButtonLink>}
        </div>
      )}
      {isOpen && !can('adversarial-detection:update') && (
        <p className="mt-2 text-ink-3">An analyst can ask for its release, or approve it.</p>
      )}
      {row.state === 'reverting' && isOwn && <p className="mt-2 text-ink-3">You asked for it, so another person must approve it.</p>}
      {asked !== null && <AskDialog row={row} asked={asked} onClose={() => setAsked(null)} />}
    </Section>
  );
}

function AskDialog({ row, asked, onClose }: { row: Quarantine; asked: 'release' | 'keep'; onClose: () => void }) {
  const done = (after: Quarantine): void => {
    toast({
      text: after.state === 'reverted' ? `Released: ${inertLine(after.assetName)}` : `Written down: ${inertLine(after.assetName)}`,
    });
    onClose();
  };
  const release = useChange(releaseQuarantine, { invalidates: touched, onDone: done });
  const keep = useChange(keepQuarantine, { invalidates: touched, onDone: done });
  const isRelease = asked === 'release';
  const verb = isRelease ? (row.state === 'reverting' ? 'Approve the release' : 'Ask for release') : 'Keep it';
  return (
    <ReasonDialog
      title={`${verb}: ${inertLine(row.assetName)}`}
      {...(isRelease ? {} : { description: 'It stays, on purpose; a release that was asked for is called off.' })}
      verb={verb}
      least={10}
      problem={isRelease ? release.problem : keep.problem}
      onClose={onClose}
      onSubmit={(reason) =>
        isRelease
          ? release.run({ quarantineId: row.id, version: row.version, reason })
          : keep.run({ id: row.id, version: row.version, reason })
      }
    />
  );
}
