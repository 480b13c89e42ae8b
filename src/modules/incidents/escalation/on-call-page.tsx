/** Who is called when nobody looks, in which order, and who is on call now. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Person } from '../../../ui/avatar.tsx';
import { Button, TextLink } from '../../../ui/button.tsx';
import { Confirm } from '../../../ui/confirm.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { formatClock, formatDate, formatDuration } from '../../../ui/time.ts';
import { toast } from '../../../ui/toast-store.ts';
import { listRules } from '../../notifications/contract.ts';
import {
  type EscalationPolicy,
  listPolicies,
  listSchedules,
  type OnCallSchedule,
  removeOverride,
  removePolicy,
  removeSchedule,
} from '../contract.ts';
import { OverrideDialog, ScheduleDialog } from './on-call-dialogs.tsx';
import { useDestinations } from './people-choice.tsx';
import { PolicyDialog } from './policy-dialog.tsx';

type Asked =
  | { readonly kind: 'schedule'; readonly schedule: OnCallSchedule | null }
  | { readonly kind: 'override'; readonly schedule: OnCallSchedule }
  | { readonly kind: 'policy'; readonly policy: EscalationPolicy | null };

const live = ['incidents.settings-changed'];

function OnCallPage() {
  const { can } = useSession();
  const schedules = useEndpoint(listSchedules, {}, { everyMs: 60_000, live });
  const policies = useEndpoint(listPolicies, {}, { live });
  const [asked, setAsked] = useState<Asked | null>(null);
  const mayWrite = can('incidents:create');
  const known = schedules.data?.items ?? [];
  const add = (text: string, next: Asked) =>
    mayWrite ? (
      <Button size="small" onClick={() => setAsked(next)}>
        {text}
      </Button>
    ) : undefined;
  return (
    <Screen
      title="On call"
      subtitle="Who is called when nobody acknowledges an incident, and in which order."
      ready={schedules.data !== undefined}
    >
      <Columns tracks="1fr 1fr">
        <Section title="Schedules" aside={add('Add a schedule', { kind: 'schedule', schedule: null })}>
          <Loaded answer={schedules} lines={4} waitsFor="the schedules" empty={<NoSchedules mayWrite={mayWrite} />}>
            {({ items }) => items.map((one) => <Schedule key={one.id} schedule={one} onAsk={setAsked} />)}
          </Loaded>
        </Section>
        <Section title="Escalation policies" aside={add('Add a policy', { kind: 'policy', policy: null })}>
          <NobodyIsCalled policies={policies.data?.items ?? []} />
          <Loaded answer={policies} lines={4} waitsFor="the policies">
            {({ items }) => items.map((one) => <Policy key={one.id ?? 'built-in'} policy={one} schedules={known} onAsk={setAsked} />)}
          </Loaded>
        </Section>
      </Columns>
      {asked?.kind === 'schedule' && <ScheduleDialog schedule={nowOf(known, asked.schedule)} onClose={() => setAsked(null)} />}
      {asked?.kind === 'override' && <OverrideDialog schedule={asked.schedule} onClose={() => setAsked(null)} />}
      {asked?.kind === 'policy' && (
        <PolicyDialog policy={nowOf(policies.data?.items ?? [], asked.policy)} schedules={known} onClose={() => setAsked(null)} />
      )}
    </Screen>
  );
}

function NoSchedules({ mayWrite }: { mayWrite: boolean }) {
  return (
    <p className="text-ink-2">
      No schedule yet: nobody takes turns, and policies call destinations only.
      {mayWrite ? ' Add one with the people who take turns.' : ' An analyst can add one.'}
    </p>
  );
}

/** A policy that leaves it to the rules of notifications calls nobody while there is none. */
function NobodyIsCalled({ policies }: { policies: readonly EscalationPolicy[] }) {
  const { can } = useSession();
  const rules = useEndpoint(listRules, { limit: 1 }, { live: ['notifications.'], enabled: can('notifications:read') });
  const byRules = policies.some(({ levels }) =>
    levels.some(({ scheduleIds, destinationIds }) => scheduleIds.length + destinationIds.length === 0),
  );
  if (!byRules || rules.data?.total !== 0) return null;
  return (
    <p className="mb-2 rounded-control bg-high-tint px-3 py-2 text-high-ink">
      There is no rule of notifications yet: a level that goes by the rules calls nobody.{' '}
      <TextLink to="/notifications/rules">Routing</TextLink>
    </p>
  );
}

/** As it is now; one that was removed elsewhere stays as it was opened, and saving says that it is gone. */
function nowOf<T extends { readonly id: string | null }>(known: readonly T[], asked: T | null): T | null {
  return asked === null ? null : (known.find(({ id }) => id === asked.id) ?? asked);
}

/** `30 Nov, 09:00`: shifts begin on the minute, and the zone stands beside the name of the schedule. */
function momentOf(at: string, timeZone: string): string {
  return `${formatDate(at, { timeZone })}, ${formatClock(at, { timeZone })}`;
}

function Schedule({ schedule, onAsk }: { schedule: OnCallSchedule; onAsk: (asked: Asked) => void }) {
  const { now, upcoming, overrides } = schedule;
  return (
    <div className="border-b border-line py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-name">{inertLine(schedule.name)}</h3>
        <span className="text-ink-3">
          {schedule.rotation}, handover {schedule.handoff}, {schedule.timeZone}
        </span>
      </div>
      <div className="mt-1 flex flex-wrap items-center gap-2">
        <Badge tone={now === null ? 'unknown' : 'ok'}>On call now</Badge>
        {now === null ? <span className="text-ink-2">Nobody: it has not begun.</span> : <Person name={now.name} />}
        {now !== null && (
          <span className="text-ink-2">
            until {momentOf(now.until, schedule.timeZone)}
            {now.isOverride && ', standing in'}
          </span>
        )}
      </div>
      <ol className="mt-2 grid gap-1">
        {upcoming.slice(1, 5).map((shift) => (
          <li key={`${shift.from} ${shift.userId}`} className="flex flex-wrap gap-x-2 text-ink-2">
            <span className="tabular-nums">{momentOf(shift.from, schedule.timeZone)}</span>
            <span>
              {shift.name}
              {shift.isOverride && ' stands in'}
            </span>
          </li>
        ))}
      </ol>
      <Overrides schedule={schedule} count={overrides.length} />
      <ScheduleButtons schedule={schedule} onAsk={onAsk} />
    </div>
  );
}

function ScheduleButtons({ schedule, onAsk }: { schedule: OnCallSchedule; onAsk: (asked: Asked) => void }) {
  const { can } = useSession();
  const [isRemoving, setRemoving] = useState(false);
  const remove = useChange(removeSchedule, {
    onDone: () => toast({ text: `Removed ${schedule.name}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  return (
    <div className="mt-2 flex flex-wrap gap-2">
      {can('incidents:update') && (
        <Button size="small" onClick={() => onAsk({ kind: 'override', schedule })}>
          Stand in
        </Button>
      )}
      {can('incidents:create') && (
        <>
          <Button size="small" onClick={() => onAsk({ kind: 'schedule', schedule })}>
            Change
          </Button>
          <Button size="small" kind="destructive" onClick={() => setRemoving(true)}>
            Remove
          </Button>
          <Confirm
            open={isRemoving}
            onClose={() => setRemoving(false)}
            title={`Remove ${inertLine(schedule.name, 80)}?`}
            effect={`${plural(schedule.members.length, 'person', 'people')} take turns on it${schedule.now === null ? '' : `; ${inertLine(schedule.now.name, 80)} is on call now`}. Nobody is called by it any more.`}
            verb="Remove the schedule"
            busy={remove.isRunning && 'Removing…'}
            onConfirm={() => void remove.run({ id: schedule.id }).then(() => setRemoving(false))}
          />
        </>
      )}
    </div>
  );
}

function Overrides({ schedule, count }: { schedule: OnCallSchedule; count: number }) {
  const { can } = useSession();
  const remove = useChange(removeOverride, { onRefused: (problem) => toast({ text: problem.message }) });
  if (count === 0) return null;
  return (
    <ul className="mt-2">
      {schedule.overrides.map(({ id, name, from, until }) => (
        <li key={id} className="flex flex-wrap items-center gap-2 text-ink-2">
          <span className="min-w-0">
            {name} stands in from {momentOf(from, schedule.timeZone)} to {momentOf(until, schedule.timeZone)}
          </span>
          {can('incidents:update') && (
            <Button size="small" onClick={() => void remove.run({ id: schedule.id, overrideId: id })}>
              Take back
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

type PolicyProps = { policy: EscalationPolicy; schedules: readonly OnCallSchedule[]; onAsk: (asked: Asked) => void };
function Policy({ policy, schedules, onAsk }: PolicyProps) {
  const { can } = useSession();
  const remove = useChange(removePolicy, {
    onDone: () => toast({ text: `Removed ${policy.name}` }),
    onRefused: (problem) => toast({ text: problem.message }),
  });
  const id = policy.id;
  const destinations = useDestinations();
  const [isRemoving, setRemoving] = useState(false);
  return (
    <div className="border-b border-line py-3 last:border-b-0">
      <div className="flex flex-wrap items-center gap-2">
        <h3 className="font-name">{inertLine(policy.name)}</h3>
        {policy.isDefault && <Badge tone="info">Default</Badge>}
        {policy.severityAtLeast !== null && <span className="text-ink-2">from {policy.severityAtLeast} on</span>}
      </div>
      <ol className="mt-1 grid gap-1">
        {policy.levels.map((level, at) => (
          <li key={`${policy.name} ${at.toString()}`} className="flex gap-2">
            <span className="w-14 flex-none text-ink-3">Level {at + 1}</span>
            <span className="min-w-0">
              after {formatDuration(level.afterMs)}: {inertLine(whom(level, { schedules, destinations }), 400)}
              {level.repeat > 0 && `, repeated ${plural(level.repeat, 'time')}`}
            </span>
          </li>
        ))}
      </ol>
      {can('incidents:create') && (
        <div className="mt-2 flex flex-wrap gap-2">
          <Button size="small" onClick={() => onAsk({ kind: 'policy', policy })}>
            {id === null ? 'Write your own' : 'Change'}
          </Button>
          {id !== null && (
            <>
              <Button size="small" kind="destructive" onClick={() => setRemoving(true)}>
                Remove
              </Button>
              <Confirm
                open={isRemoving}
                onClose={() => setRemoving(false)}
                title={`Remove ${inertLine(policy.name, 80)}?`}
                effect={`Its ${plural(policy.levels.length, 'level')} call nobody any more: incidents go by another policy. Those that wait keep their times.`}
                verb="Remove the policy"
                busy={remove.isRunning && 'Removing…'}
                onConfirm={() => void remove.run({ id }).then(() => setRemoving(false))}
              />
            </>
          )}
        </div>
      )}
    </div>
  );
}

type Known = { readonly schedules: readonly OnCallSchedule[]; readonly destinations: readonly { value: string; label: string }[] };
function whom({ scheduleIds, destinationIds }: EscalationPolicy['levels'][number], { schedules, destinations }: Known): string {
  const names = scheduleIds.map((id) => schedules.find((one) => one.id === id)?.name ?? 'a schedule');
  const parts = [
    ...names.map((name) => `on call of ${name}`),
    ...destinationIds.map((id) => destinations.find(({ value }) => value === id)?.label ?? 'a destination'),
  ];
  return parts.length === 0 ? 'where the rules of notifications send it' : parts.join(', ');
}

export default definePage({
  path: '/incidents/on-call',
  title: 'On call',
  permission: 'incidents:read',
  group: 'Respond',
  icon: 'users',
  order: 5,
  Page: OnCallPage,
});
