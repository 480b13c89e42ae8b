/** How far the audit log is proven: what was checked and when, second places, losses, checkpoints and keys. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { PlaceSection } from '../anchors/place-section.tsx';
import { listVerifications, startVerification, type Verification, type VerificationRun, verifyAuditLog } from '../contract.ts';
import { CheckpointSection } from '../tree/checkpoint-section.tsx';
import { KeySection } from '../tree/key-section.tsx';
import { EpochSection } from './epoch-section.tsx';
import { headline, lookOf } from './verification-badge.tsx';

function VerificationPage() {
  const verification = useEndpoint(verifyAuditLog, {}, { everyMs: 5000 });
  return (
    <Screen
      title="Verification of the audit log"
      subtitle={
        <>
          Everything here is computed from the stored bytes by the server; <TextLink to="/audit-logs">an export</TextLink> is checked
          without it.
        </>
      }
    >
      <Section title="Now" note="Goes on while this page is open; everything anew each minute">
        <Loaded answer={verification} lines={6} waitsFor="the verification">
          {(data) => <Now verification={data} onAgain={() => void verification.refetch()} />}
        </Loaded>
      </Section>
      <RunSection />
      <PlaceSection verification={verification} />
      <Loaded answer={verification} lines={1} waitsFor="the losses">
        {({ epochs }) => (epochs.length === 0 ? null : <EpochSection epochs={epochs} />)}
      </Loaded>
      <CheckpointSection />
      <KeySection />
    </Screen>
  );
}

function Now({ verification, onAgain }: { verification: Verification; onAgain: () => void }) {
  const { defects, defectCount, checks, sweepFinishedAt, newestLeaf, goodTo, size } = verification;
  const { shape, tone } = lookOf(verification);
  return (
    <div className="grid gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <span className="inline-flex items-center gap-2 font-strong">
          <Shape name={shape} tone={tone} /> {headline(verification)}
        </span>
        <Button onClick={onAgain}>Go on now</Button>
      </div>
      {defectCount > 0 && <Defects defects={defects} count={defectCount} />}
      <FieldList
        labelWidth={150}
        fields={[
          { label: 'Proven good', value: `${formatNumber(goodTo)} of ${plural(size, 'entry', 'entries')}, from the first on` },
          {
            label: 'Last whole sweep',
            value: sweepFinishedAt === null ? 'The first one is still running' : <FullTime at={sweepFinishedAt} />,
          },
          {
            label: 'Newest hash',
            value: newestLeaf === null ? 'none yet' : <span className="mono text-mark break-all">{newestLeaf}</span>,
          },
        ]}
      />
      <div>
        <h3 className="pb-1 text-label text-ink-3">What is recomputed</h3>
        <ul className="list-disc pl-4 text-ink-2">
          {checks.map((check) => (
            <li key={check}>{check}</li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function Defects({ defects, count }: { defects: Verification['defects']; count: number }) {
  return (
    <div className="rounded-control bg-critical-tint px-3 py-2 text-critical-ink">
      <p className="font-strong">{plural(count, 'place')} where the log is not what was written</p>
      <ul className="mt-1 grid gap-1">
        {defects.slice(0, 20).map((defect) => (
          <li key={`${defect.index} ${defect.kind} ${defect.sentence}`}>{defect.sentence}</li>
        ))}
      </ul>
      {count > 20 && <p className="pt-1">{plural(count - Math.min(20, defects.length), 'further place')}.</p>}
    </div>
  );
}

const runWords: Readonly<Record<VerificationRun['kind'], string>> = { new: 'Each hour, what is new', whole: 'Each week, everything' };

function RunSection() {
  const [asked, setAsked] = useState<{ before: string | undefined } | null>(null);
  const runs = useEndpoint(listVerifications, {}, asked === null ? {} : { everyMs: 3000 });
  const last = runs.data?.runs.find(({ kind }) => kind === 'whole')?.at;
  const isRunning = asked !== null && asked.before === last;
  const start = useChange(startVerification, {
    invalidates: [],
    onDone: () => setAsked({ before: last }),
    onRefused: ({ message }) => toast({ text: message }),
  });
  return (
    <Section
      title="By itself"
      note="What it finds is a critical alert, which no setting turns off"
      aside={
        <Button size="small" busy={(start.isRunning || isRunning) && 'Verifying…'} onClick={() => void start.run({})}>
          Verify everything
        </Button>
      }
    >
      <Loaded
        answer={runs}
        lines={2}
        waitsFor="the scheduled verifications"
        isEmpty={(data) => data.runs.length === 0}
        empty={<EmptyNote title="None yet">The first one begins within a minute of the start of the platform.</EmptyNote>}
      >
        {(data) => (
          <ul className="divide-y divide-line border-y border-line">
            {data.runs.map((run) => (
              <Run key={run.kind} run={run} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function Run({ run: { kind, at, checkedFrom, checkedTo, defectCount, defects } }: { run: VerificationRun }) {
  return (
    <li className="grid gap-1 py-2">
      <p className="flex flex-wrap items-center gap-3">
        <span className="font-name">{runWords[kind]}</span>
        <Badge tone={defectCount === 0 ? 'ok' : 'critical'}>{defectCount === 0 ? 'Nothing wrong' : plural(defectCount, 'defect')}</Badge>
        <span className="text-ink-2">
          entries {formatNumber(checkedFrom)} to {formatNumber(checkedTo)}, <RelativeTime at={at} />
        </span>
      </p>
      {defects.slice(0, 5).map(({ sentence }) => (
        <p key={sentence} className="text-critical-ink">
          {sentence}
        </p>
      ))}
    </li>
  );
}

export default definePage({
  path: '/audit-logs/verification',
  title: 'Verification of the audit log',
  permission: 'audit-logs:read',
  group: null,
  icon: 'scroll-text',
  order: 92,
  Page: VerificationPage,
});
