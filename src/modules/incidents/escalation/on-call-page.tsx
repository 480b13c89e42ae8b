/** Who is called when nobody looks, in which order, and who is on call now. */
import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Person } from '../../../ui/avatar.tsx';
import { Button } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { formatDuration, formatMoment } from '../../../ui/time.ts';
import { toast } from '../../../ui/toast-store.ts';
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
import { PolicyDialog } from './policy-dialog.tsx';

type Asked =
  | { readonly kind: 'schedule'; readonly schedule: OnCallSchedule | null }
  | { readonly kind: 'override'; readonly schedule: OnCallSchedule }
  | { readonly kind: 'policy'; readonly policy: EscalationPolicy | null };

function OnCallPage() {
  const { can } = useSession();
  const schedules = useEndpoint(listSchedules, {}, { everyMs: 60_000 });
  const policies = useEndpoint(listPolicies, {});
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
          <Loaded answer={schedules} lines={4} empty={<p className="text-ink-2">None: policies then call destinations only.</p>}>
            {({ items }) => items.map((one) => <Schedule key={one.id} schedule={one} onAsk={setAsked} />)}
          </Loaded>
        </Section>
        <Section title="Escalation policies" aside={add('Add a policy', { kind: 'policy', policy: null })}>
          <Loaded answer={policies} lines={4}>
            {({ items }) => items.map((one) => <Policy key={one.id ?? 'built-in'} policy={one} schedules={known} onAsk={setAsked} />)}
          </Loaded>
        </Section>
      </Columns>
      {asked?.kind === 'schedule' && <ScheduleDialog schedule={asked.schedule} onClose={() => setAsked(null)} />}
      {asked?.kind === 'override' && <OverrideDialog schedule={asked.schedule} onClose={() => setAsked(null)} />}
      {asked?.kind === 'policy' && <PolicyDialog policy={asked.policy} schedules={known} onClose={() => setAsked(null)} />}
    </Screen>
  );
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
            until {formatMoment(now.until, { timeZone: schedule.timeZone })}
            {now.isOverride && ', standing in'}
          </span>
        )}
      </div>
      <ol className="mt-2 grid gap-1">
        {upcoming.slice(1, 5).map((shift) => (
          <li key={`${shift.from} ${shift.userId}`} className="flex flex-wrap gap-x-2 text-ink-2">
            <span className="tabular-nums">{formatMoment(shift.from, { timeZone: schedule.timeZone })}</span>
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
          <Button
            size="small"
            kind="destructive"
            busy={remove.isRunning && 'Removing…'}
            onClick={() => void remove.run({ id: schedule.id })}
          >
            Remove
          </Button>
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
            {name} stands in from {formatMoment(from, { timeZone: schedule.timeZone })} to{' '}
            {formatMoment(until, { timeZone: schedule.timeZone })}
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
              after {formatDuration(level.afterMs)}: {whom(level, schedules)}
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
            <Button size="small" kind="destructive" busy={remove.isRunning && 'Removing…'} onClick={() => void remove.run({ id })}>
              Remove
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

function whom({ scheduleIds, destinationIds }: EscalationPolicy['levels'][number], schedules: readonly OnCallSchedule[]): string {
  const names = scheduleIds.map((id) => schedules.find((one) => one.id === id)?.name ?? 'a schedule');
  const parts = [
    ...names.map((name) => `on call of ${name}`),
    ...(destinationIds.length === 0 ? [] : [plural(destinationIds.length, 'destination')]),
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
