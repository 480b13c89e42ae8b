/** Writing a schedule, and standing in for somebody. */
import { useState } from 'react';
import { z } from 'zod';
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { ChangedElsewhere, type Opened, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextField } from '../../../ui/form.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addOverride, addSchedule, type OnCallSchedule, replaceSchedule } from '../contract.ts';
import { SaveButtons } from '../save-buttons.tsx';
import { useDestinations, usePeople } from './people-choice.tsx';

type MemberDraft = { userId: string; destinationIds: string[] };

/** @param schedule as it is now; null: a new one */
export function ScheduleDialog({ schedule, onClose }: { schedule: OnCallSchedule | null; onClose: () => void }) {
  const opened = useOpened(schedule, true);
  return <ScheduleFields key={opened.record?.version ?? 0} opened={opened} onClose={onClose} />;
}

function ScheduleFields({ opened, onClose }: { opened: Opened<OnCallSchedule | null>; onClose: () => void }) {
  const schedule = opened.record;
  const [name, setName] = useState(schedule?.name ?? '');
  const [timeZone, setTimeZone] = useState(schedule?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);
  const [rotation, setRotation] = useState<string>(schedule?.rotation ?? 'weekly');
  const [handoff, setHandoff] = useState(schedule?.handoff ?? '09:00');
  const [startsOn, setStartsOn] = useState(schedule?.startsOn ?? new Date().toISOString().slice(0, 10));
  const [members, setMembers] = useState<MemberDraft[]>(
    schedule?.members.map(({ userId, destinationIds }) => ({ userId, destinationIds })) ?? [],
  );
  const done = {
    onDone: () => {
      toast({ text: `Saved ${name}` });
      onClose();
    },
  };
  const add = useChange(addSchedule, done);
  const replace = useChange(replaceSchedule, done);
  const draft = { name, timeZone, rotation: rotation === 'daily' ? ('daily' as const) : ('weekly' as const), handoff, startsOn, members };
  const save = (): void =>
    void (schedule === null ? add.run(draft) : replace.run({ id: schedule.id, version: schedule.version, ...draft }));
  const problem = add.problem ?? replace.problem;
  return (
    <Dialog
      open
      onClose={onClose}
      title={schedule === null ? 'Add a schedule' : `Change ${schedule.name}`}
      actions={
        <SaveButtons
          isBusy={add.isRunning || replace.isRunning}
          isReady={name.trim() !== '' && members.length > 0}
          onSave={save}
          onClose={onClose}
        />
      }
    >
      <ChangedElsewhere what="schedule" opened={opened} isSaving={replace.isRunning} />
      <div className="grid gap-3">
        <TextLine label="Name" value={name} onChange={setName} plain />
        <div className="grid gap-3 tablet:grid-cols-2">
          <Choice
            label="Rotation"
            value={rotation}
            choices={[
              { value: 'weekly', label: 'Weekly' },
              { value: 'daily', label: 'Daily' },
            ]}
            onChange={setRotation}
          />
          <TextLine label="Time zone" value={timeZone} onChange={setTimeZone} list={Intl.supportedValuesOf('timeZone')} plain />
          <TextLine label="Handover" value={handoff} onChange={setHandoff} help="Local time, like 09:00." plain />
          <TextLine label="First day" value={startsOn} onChange={setStartsOn} help="A weekly rotation changes on its weekday." plain />
        </div>
        <Members members={members} onChange={setMembers} />
        {problem !== null && <ProblemNote error={problem} />}
      </div>
    </Dialog>
  );
}

/** In the order in which they take turns, each with a way to be reached. */
function Members({ members, onChange }: { members: readonly MemberDraft[]; onChange: (members: MemberDraft[]) => void }) {
  const people = usePeople();
  const destinations = useDestinations();
  const nameOf = (id: string): string => people.find(({ value }) => value === id)?.label ?? 'Somebody';
  const free = people.filter(({ value }) => !members.some(({ userId }) => userId === value));
  const reach = (at: number, value: string): void =>
    onChange(members.map((one, place) => (place === at ? { ...one, destinationIds: value === '' ? [] : [value] } : one)));
  return (
    <fieldset>
      <legend className="mb-1 font-name">People, in the order of their turns</legend>
      <ol>
        {members.map((member, at) => (
          <li key={member.userId} className="flex flex-wrap items-center gap-2 border-b border-line py-1.5 last:border-b-0">
            <span className="w-5 text-right text-ink-3 tabular-nums">{at + 1}</span>
            <span className="min-w-0 flex-1 font-name">{nameOf(member.userId)}</span>
            {destinations.length > 0 && (
              <div className="w-44">
                <Choice
                  label={`How to reach ${nameOf(member.userId)}`}
                  isQuiet
                  value={member.destinationIds[0] ?? ''}
                  choices={[{ value: '', label: 'By the rules' }, ...destinations]}
                  onChange={(value) => reach(at, value)}
                />
              </div>
            )}
            <Button size="small" onClick={() => onChange(members.filter((one) => one !== member))}>
              Leave out
            </Button>
          </li>
        ))}
      </ol>
      {free.length > 0 && (
        <div className="mt-2">
          <Choice
            label="Add a person"
            isQuiet
            value=""
            choices={[{ value: '', label: 'Add a person…' }, ...free]}
            onChange={(value) => value !== '' && onChange([...members, { userId: value, destinationIds: [] }])}
          />
        </div>
      )}
    </fieldset>
  );
}

const StandIn = z.object({
  userId: z.string().min(1),
  from: z.string().min(1, 'Say from when'),
  until: z.string().min(1, 'Say until when'),
});

/** Times as this browser's clock shows them. */
export function OverrideDialog({ schedule, onClose }: { schedule: OnCallSchedule; onClose: () => void }) {
  const { user } = useSession();
  const people = usePeople();
  const change = useChange(addOverride, {
    onDone: () => {
      toast({ text: `Standing in on ${schedule.name}` });
      onClose();
    },
  });
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Stand in on ${schedule.name}`}
      description="Times of this browser; the rotation goes on after it."
      width="narrow"
    >
      <Form
        schema={StandIn}
        initial={{ userId: user?.id ?? '', from: local(0), until: local(86_400_000) }}
        onSubmit={({ userId, from, until }) =>
          change.run({ id: schedule.id, userId, from: new Date(from).toISOString(), until: new Date(until).toISOString() })
        }
        problem={change.problem}
        submit="Stand in"
        onCancel={onClose}
      >
        <SelectField name="userId" label="Person" choices={people} />
        <TextField name="from" label="From" type="datetime-local" />
        <TextField name="until" label="Until" type="datetime-local" />
      </Form>
    </Dialog>
  );
}

function local(later: number): string {
  const at = new Date(Date.now() + later);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
