/** One guard: what it screened, refused and let through, the time it adds, and what another rate would have refused. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { type BarGroup, Bars } from '../../../ui/bars.tsx';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { Choice } from '../../../ui/controls.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Figure, Section } from '../../../ui/section.tsx';
import { formatDuration } from '../../../ui/time.ts';
import { toast } from '../../../ui/toast-store.ts';
import { ModelName, QuarantineMark } from '../asset-name.tsx';
import {
  changeGuard,
  type Guard,
  type GuardWindow,
  getGuard,
  getProfile,
  guardWindows,
  readGuardTraffic,
  removeGuard,
} from '../contract.ts';
import { RateSimulation } from '../profiles/rate-simulation.tsx';
import { home } from '../threat-words.tsx';
import { GuardDialog } from './guard-dialog.tsx';
import { addedText, formWords, guardsHome, ModeBadge } from './guard-words.tsx';
import { UpstreamDialog } from './upstream-dialog.tsx';

function GuardPage({ params }: { params: Readonly<Record<string, string>> }) {
  const answer = useEndpoint(getGuard, { id: params['id'] ?? '' }, { live: ['adversarial-detection.guard-changed'] });
  const guard = answer.data;
  return (
    <Screen
      title={guard?.name ?? 'Guard'}
      path={[home, guardsHome]}
      ready={guard !== undefined}
      actions={guard !== undefined && <Acts guard={guard} />}
      facts={
        guard !== undefined && (
          <>
            <ModeBadge guard={guard} />
            <QuarantineMark assetId={guard.assetId} />
            <span className="text-ink-2">
              {formWords[guard.form]}, version {guard.version}, changed <RelativeTime at={guard.changedAt} />
            </span>
          </>
        )
      }
    >
      <Loaded answer={answer} waitsFor="the guard">
        {(found) => (
          <>
            <Traffic guard={found} />
            <Simulated guard={found} />
            <Settings guard={found} />
          </>
        )}
      </Loaded>
    </Screen>
  );
}

function Acts({ guard }: { guard: Guard }) {
  const { can } = useSession();
  const [open, setOpen] = useState<'change' | 'upstream' | 'remove' | null>(null);
  const close = (): void => setOpen(null);
  const change = useChange(changeGuard, {
    invalidates: ['adversarial-detection'],
    onDone: ({ mode, enabled }) =>
      toast({ text: enabled ? (mode === 'enforce' ? 'It refuses from now on' : 'It watches from now on') : 'It is off' }),
  });
  const set = (part: { mode?: Guard['mode']; enabled?: boolean }): void =>
    void change.run({ id: guard.id, version: guard.version, ...part });
  const next = guard.mode === 'enforce' ? 'shadow' : 'enforce';
  return (
    <>
      {can('adversarial-detection:update') && (
        <>
          <Button
            kind={guard.enabled && next === 'shadow' ? 'secondary' : 'primary'}
            onClick={() => (guard.enabled ? set({ mode: next }) : set({ enabled: true }))}
          >
            {guard.enabled ? (next === 'enforce' ? 'Enforce' : 'Only watch') : 'Switch on'}
          </Button>
          <Button onClick={() => setOpen('change')}>Change</Button>
          <Button onClick={() => setOpen('upstream')}>Address</Button>
          {guard.enabled && <Button onClick={() => set({ enabled: false })}>Switch off</Button>}
        </>
      )}
      {can('adversarial-detection:delete') && <Button onClick={() => setOpen('remove')}>Remove</Button>}
      {open === 'change' && <GuardDialog guard={guard} onClose={close} />}
      {open === 'upstream' && <UpstreamDialog guard={guard} onClose={close} />}
      <RemoveGuard guard={guard} open={open === 'remove'} onClose={close} />
    </>
  );
}

function RemoveGuard({ guard, open, onClose }: { guard: Guard; open: boolean; onClose: () => void }) {
  const [, go] = useLocation();
  const remove = useChange(removeGuard, { invalidates: ['adversarial-detection'], onDone: () => go(guardsHome.to) });
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={`Remove ${guard.name}?`}
      effect={`Its address stops answering: ${formatNumber(guard.lastDay.requests)} requests in the last 24 hours. Its counts go too; detections and blocks stay.`}
      verb="Remove the guard"
      busy={remove.isRunning && 'Removing…'}
      onConfirm={() => void remove.run({ id: guard.id })}
    />
  );
}

const windowWords: Readonly<Record<GuardWindow, string>> = { '24h': '24 hours', '7d': '7 days', '30d': '30 days' };
function Traffic({ guard: { id } }: { guard: Guard }) {
  const [window, setWindow] = useState<GuardWindow>('24h');
  const answer = useEndpoint(readGuardTraffic, { id, window }, { keepPrevious: true, everyMs: 5000 });
  return (
    <Section
      title="Requests"
      note="written once a second"
      aside={
        <Choice
          label="Time"
          value={window}
          choices={guardWindows.map((value) => ({ value, label: windowWords[value] }))}
          onChange={(next) => setWindow(guardWindows.find((known) => known === next) ?? window)}
        />
      }
    >
      <Loaded answer={answer} waitsFor="the counts">
        {({ total, added, upstreamMeanMs, hours, since }) =>
          total.requests === 0 ? (
            <EmptyNote title="No request in this time">Callers post to its address with an API key; nothing has come yet.</EmptyNote>
          ) : (
            <div className="grid gap-4">
              <div className="flex flex-wrap gap-x-8 gap-y-3">
                <Figure value={formatNumber(total.requests)} words="requests" />
                <Figure value={formatNumber(total.screened)} words="screened" />
                <Figure value={formatNumber(total.wouldBlock)} words="would have been refused" />
                <Figure
                  value={formatNumber(total.blocked)}
                  words={`refused, ${formatNumber(total.refusedBefore)} before the model was asked`}
                />
                <Figure value={formatNumber(total.unscreened)} words="unscreened, not clean" />
                <Figure value={formatNumber(total.invalid)} words="unreadable, refused" />
                <Figure value={formatNumber(total.upstreamFailed)} words="not answered by the model" />
              </div>
              <p className="text-row text-ink-2 tabular-nums">
                Time added: {addedText(added)}. The model takes{' '}
                {upstreamMeanMs === null ? 'an unknown time' : formatDuration(upstreamMeanMs)} on average.
              </p>
              <Bars
                label="Requests and refusals"
                series={[
                  { name: 'Requests', colour: 'c1' },
                  { name: 'Refused or would be', colour: 'c2' },
                ]}
                groups={groupsOf(hours, { window, since })}
              />
            </div>
          )
        }
      </Loaded>
    </Section>
  );
}

const hourMs = 3_600_000;
type Hours = OutputOf<typeof readGuardTraffic>['hours'];
/** Every hour or day of the time chosen: one without a row had no request. */
function groupsOf(hours: Hours, { window, since }: { window: GuardWindow; since: string }): BarGroup[] {
  const step = window === '24h' ? hourMs : 24 * hourMs;
  const first = Math.floor(Date.parse(since) / step) * step;
  const byStep = Map.groupBy(hours, ({ hour }) => Math.floor(Date.parse(hour) / step) * step);
  return Array.from({ length: { '24h': 25, '7d': 8, '30d': 31 }[window] }, (_, place) => {
    const at = first + place * step;
    const within = byStep.get(at) ?? [];
    const sum = (of: (hour: Hours[number]) => number): number => within.reduce((total, hour) => total + of(hour), 0);
    return { at, values: [sum(({ requests }) => requests), sum(({ blocked, wouldBlock }) => blocked + wouldBlock)] };
  });
}

/** Scores are kept by profile: they are of all that was screened with it, by this guard or not. */
function Simulated({ guard: { profileId } }: { guard: Guard }) {
  const answer = useEndpoint(getProfile, { id: profileId });
  return answer.data === undefined ? null : <RateSimulation profile={answer.data} of="everything that was screened with its profile" />;
}

function Settings({ guard }: { guard: Guard }) {
  const { mapping } = guard;
  return (
    <Section title="How it reads and decides">
      <FieldList
        labelWidth={210}
        fields={[
          { label: 'Callers post to', value: <code className="mono break-all">/api/guard/{guard.name}/infer</code> },
          { label: 'The model is at', value: <code className="mono break-all">{inertLine(guard.upstream, 300)}</code> },
          { label: 'Token for it', value: guard.hasToken ? 'kept, never shown' : 'none' },
          {
            label: 'Profile',
            value: (
              <TextLink to={`/adversarial-detection/profiles/${guard.profileId}`}>
                <ModelName modelId={guard.modelId} />, version {guard.profileVersion}
                {guard.profileState === 'superseded' ? ' (there is a newer one)' : ''}
              </TextLink>
            ),
          },
          {
            label: 'Features',
            value: mapping.features.length === 0 ? 'as the form has them' : inertLine(mapping.features.join(', '), 400),
          },
          {
            label: 'Prediction',
            value: mapping.prediction === '' ? 'the most likely class, or the whole text' : inertLine(mapping.prediction),
          },
          { label: 'Confidence', value: mapping.confidence === '' ? 'none given' : inertLine(mapping.confidence) },
          { label: 'The client is named by', value: mapping.clientHeader ?? 'the key that asks' },
          { label: 'When it cannot screen', value: guard.failMode === 'open' ? 'let through, as unscreened' : 'refuse' },
          { label: 'The model may take', value: formatDuration(guard.timeoutMs) },
        ]}
      />
    </Section>
  );
}

export default definePage({
  path: '/adversarial-detection/guards/:id',
  title: 'Guard',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 5,
  Page: GuardPage,
});
