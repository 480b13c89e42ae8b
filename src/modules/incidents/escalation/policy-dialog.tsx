/** Writing an escalation policy: levels, each with its time and whom it calls. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { Button } from '../../../ui/button.tsx';
import { ChangedElsewhere, type Opened, useOpened } from '../../../ui/changed-elsewhere.tsx';
import { CheckLine, Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addPolicy, type EscalationPolicy, type OnCallSchedule, replacePolicy } from '../contract.ts';
import { SaveButtons } from '../save-buttons.tsx';
import { useDestinations } from './people-choice.tsx';

const severities = ['critical', 'high', 'medium', 'low', 'informational'] as const;
type LevelDraft = { seconds: string; repeat: string; scheduleIds: string[]; destinationIds: string[] };
const draftOf = ({ afterMs, repeat, scheduleIds, destinationIds }: EscalationPolicy['levels'][number]): LevelDraft => ({
  seconds: String(afterMs / 1000),
  repeat: String(repeat),
  scheduleIds,
  destinationIds,
});
const fresh: LevelDraft = { seconds: '300', repeat: '0', scheduleIds: [], destinationIds: [] };

type Props = {
  /** As it is now; null: a new one. */
  policy: EscalationPolicy | null;
  schedules: readonly OnCallSchedule[];
  onClose: () => void;
};
export function PolicyDialog({ policy, ...rest }: Props) {
  const opened = useOpened(policy, true);
  return <PolicyFields key={opened.record?.version ?? 0} opened={opened} {...rest} />;
}

type FieldsProps = Omit<Props, 'policy'> & { opened: Opened<EscalationPolicy | null> };
function PolicyFields({ opened, schedules, onClose }: FieldsProps) {
  const policy = opened.record;
  const own = policy !== null && policy.id !== null;
  const [name, setName] = useState(own ? policy.name : '');
  const [isDefault, setDefault] = useState(policy?.isDefault ?? true);
  const [severity, setSeverity] = useState<string>(policy?.severityAtLeast ?? '');
  const [levels, setLevels] = useState<LevelDraft[]>(policy?.levels.map(draftOf) ?? [{ ...fresh, seconds: '30' }]);
  const done = {
    onDone: () => {
      toast({ text: `Saved ${name}` });
      onClose();
    },
  };
  const add = useChange(addPolicy, done);
  const replace = useChange(replacePolicy, done);
  const draft = {
    name,
    isDefault,
    severityAtLeast: severities.find((one) => one === severity) ?? null,
    levels: levels.map(({ seconds, repeat, ...whom }) => ({
      ...whom,
      afterMs: Math.round(Number(seconds) * 1000),
      repeat: Number(repeat),
    })),
  };
  const save = (): void => void (policy?.id == null ? add.run(draft) : replace.run({ id: policy.id, version: policy.version, ...draft }));
  const problem = add.problem ?? replace.problem;
  return (
    <Dialog
      open
      onClose={onClose}
      title={own ? `Change ${policy.name}` : 'Add an escalation policy'}
      description="Incidents that wait already keep the times they were promised."
      actions={<SaveButtons isBusy={add.isRunning || replace.isRunning} isReady={name.trim() !== ''} onSave={save} onClose={onClose} />}
    >
      <ChangedElsewhere what="policy" opened={opened} isSaving={replace.isRunning} />
      <div className="grid gap-3">
        <TextLine label="Name" value={name} onChange={setName} plain />
        <Choice
          label="For incidents"
          value={severity}
          choices={[{ value: '', label: 'Only as the default' }, ...severities.map((value) => ({ value, label: `${value} and graver` }))]}
          onChange={setSeverity}
        />
        <CheckLine checked={isDefault} onChange={setDefault}>
          The default
        </CheckLine>
        <Levels levels={levels} schedules={schedules} onChange={setLevels} />
        {problem !== null && <ProblemNote error={problem} />}
      </div>
    </Dialog>
  );
}

type LevelsProps = { levels: readonly LevelDraft[]; schedules: readonly OnCallSchedule[]; onChange: (levels: LevelDraft[]) => void };
function Levels({ levels, schedules, onChange }: LevelsProps) {
  const change = (at: number, next: Partial<LevelDraft>): void =>
    onChange(levels.map((one, place) => (place === at ? { ...one, ...next } : one)));
  return (
    <>
      <ol className="grid gap-3">
        {levels.map((level, at) => (
          <Level
            key={at.toString()}
            level={level}
            place={at}
            schedules={schedules}
            onChange={(next) => change(at, next)}
            onRemove={levels.length > 1 ? () => onChange(levels.filter((_, place) => place !== at)) : null}
          />
        ))}
      </ol>
      {levels.length < 10 && (
        <div>
          <Button size="small" onClick={() => onChange([...levels, fresh])}>
            Add a level
          </Button>
        </div>
      )}
    </>
  );
}

type LevelProps = {
  level: LevelDraft;
  place: number;
  schedules: readonly OnCallSchedule[];
  onChange: (next: Partial<LevelDraft>) => void;
  onRemove: (() => void) | null;
};
function Level({ level, place, schedules, onChange, onRemove }: LevelProps) {
  const destinations = useDestinations();
  const toggle = (list: readonly string[], id: string): string[] => (list.includes(id) ? list.filter((one) => one !== id) : [...list, id]);
  return (
    <li className="rounded-control border border-line p-3">
      <div className="mb-2 flex items-center justify-between gap-2">
        <b className="font-name">Level {place + 1}</b>
        {onRemove !== null && (
          <Button size="small" onClick={onRemove}>
            Leave out
          </Button>
        )}
      </div>
      <div className="grid gap-3 tablet:grid-cols-2">
        <TextLine label="After, in seconds" value={level.seconds} onChange={(seconds) => onChange({ seconds })} plain />
        <TextLine label="Repetitions" value={level.repeat} onChange={(repeat) => onChange({ repeat })} plain />
      </div>
      {schedules.map(({ id, name }) => (
        <CheckLine
          key={id}
          checked={level.scheduleIds.includes(id)}
          onChange={() => onChange({ scheduleIds: toggle(level.scheduleIds, id) })}
        >
          Whoever is on call of {name}
        </CheckLine>
      ))}
      {destinations.map(({ value, label }) => (
        <CheckLine
          key={value}
          checked={level.destinationIds.includes(value)}
          onChange={() => onChange({ destinationIds: toggle(level.destinationIds, value) })}
        >
          {label}
        </CheckLine>
      ))}
      {schedules.length + destinations.length === 0 && (
        <p className="mt-2 text-ink-2">No schedule and no destination yet: it goes where the rules of notifications send it.</p>
      )}
    </li>
  );
}
