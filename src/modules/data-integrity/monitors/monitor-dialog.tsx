/** A monitor: which table, what for, how often, compared with what, and when it deserves an alert. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckLine, Choice, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addMonitor, changeMonitor, checkKinds, listBaselines, type Monitor } from '../contract.ts';
import { checkWords, environmentChoices, everyWords, rhythmWords } from '../data-words.tsx';
import { choiceOfSource, type SourceChoice, SourceFields, sourceOfChoice } from '../sources/source-choice.tsx';
import { DestinationChoice } from './destination-choice.tsx';

const rhythms = [5, 15, 60, 360, 720, 1440].map((minutes) => ({ value: String(minutes), label: everyWords(minutes) }));
const everyChoices = [...rhythms, { value: 'never', label: 'not by the clock' }];
const sensitivities = [
  { value: 'low', label: 'Low: only large changes' },
  { value: 'medium', label: 'Medium' },
  { value: 'high', label: 'High: small changes too' },
];

type Draft = {
  name: string;
  environment: Monitor['environment'];
  source: SourceChoice;
  checks: ReadonlySet<Monitor['checks'][number]>;
  every: string;
  onChange: boolean;
  destinations: ReadonlySet<string>;
  sensitivity: Monitor['options']['sensitivity'];
  baseline: string;
  label: string;
  groupBy: string;
  qualityScore: string;
  driftShare: string;
  anomalyRate: string;
};

function draftOf(monitor: Monitor | null): Draft {
  const percent = (share: number | null | undefined): string => (share == null ? '' : String(Number((share * 100).toPrecision(6))));
  const { thresholds, source, options } = monitor ?? {};
  return {
    name: monitor?.name ?? '',
    environment: monitor?.environment ?? 'training',
    source: choiceOfSource(source),
    checks: new Set(monitor?.checks ?? ['quality', 'drift', 'anomalies']),
    every: monitor === null ? '60' : monitor.everyMinutes === null ? 'never' : String(monitor.everyMinutes),
    onChange: monitor?.onChange ?? false,
    destinations: new Set(monitor?.destinations),
    sensitivity: options?.sensitivity ?? 'medium',
    baseline: monitor === null ? 'promoted' : (monitor.baseline ?? 'none'),
    label: options?.label ?? '',
    groupBy: options?.groupBy ?? '',
    qualityScore: percent(thresholds?.qualityScore),
    driftShare: percent(thresholds?.driftShare),
    anomalyRate: percent(thresholds?.anomalyRate),
  };
}

const shareOf = (percent: string): number | null => (percent.trim() === '' ? null : Number(percent.replace(',', '.')) / 100);

/** What is sent; options this dialog does not show stay. */
function factsOf(draft: Draft, monitor: Monitor | null) {
  const [label, groupBy] = [draft.label.trim(), draft.groupBy.trim()];
  const { groupBy: _before, ...kept } = monitor?.options ?? {};
  return {
    name: draft.name.trim(),
    environment: draft.environment,
    checks: [...draft.checks],
    everyMinutes: draft.every === 'never' ? null : Number(draft.every),
    onChange: draft.onChange,
    destinations: [...draft.destinations],
    options: {
      ...kept,
      sensitivity: draft.sensitivity,
      ...(label === '' ? {} : { label }),
      ...(groupBy === '' ? {} : { groupBy }),
    },
    baseline: draft.baseline === 'none' ? null : draft.baseline,
    thresholds: {
      qualityScore: shareOf(draft.qualityScore),
      driftShare: shareOf(draft.driftShare),
      anomalyRate: shareOf(draft.anomalyRate),
    },
  };
}

export function MonitorDialog({ assetId, monitor, onClose }: { assetId: string; monitor: Monitor | null; onClose: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(monitor));
  const set = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }));
  const done = (after: Monitor): void => {
    toast({ text: `Watching ${inertLine(after.name, 100)} ${rhythmWords(after)}` });
    onClose();
  };
  const add = useChange(addMonitor, { onDone: done });
  const change = useChange(changeMonitor, { onDone: done });
  const source = sourceOfChoice(draft.source);
  const save = (): void => {
    if (source === null) return;
    const facts = factsOf(draft, monitor);
    const table = source === 'asset' ? (monitor === null ? {} : { source: { asset: assetId } }) : { source };
    if (monitor === null) void add.run({ assetId, ...facts, ...table });
    else void change.run({ id: monitor.id, version: monitor.version, ...facts, ...table });
  };
  const problem = add.problem ?? change.problem;
  const isBusy = add.isRunning || change.isRunning;
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={monitor === null ? 'Watch this table' : 'Change the monitor'}
      description="It looks by the clock, or when the table changes; what it finds raises an alert, and three good runs end it."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={draft.name.trim() === '' || draft.checks.size === 0 || source === null}
            busy={isBusy && 'Saving…'}
            onClick={save}
          >
            {monitor === null ? 'Watch the table' : 'Save the monitor'}
          </Button>
        </>
      }
    >
      <Fields assetId={assetId} draft={draft} set={set} />
      {problem !== null && <ProblemNote error={problem} />}
    </Dialog>
  );
}

function Fields({ assetId, draft, set }: PartProps & { assetId: string }) {
  return (
    <div className="grid gap-x-6 gap-y-4 tablet:grid-cols-2">
      <TextLine plain label="Name" value={draft.name} onChange={(name) => set({ name })} />
      <div className="grid content-start gap-2">
        <Choice label="Runs" value={draft.every} choices={withOwn(draft.every)} onChange={(every) => set({ every })} />
        <CheckLine checked={draft.onChange} onChange={(onChange) => set({ onChange })}>
          Also when the table changes: a new version or partition in the inventory, or handed over as an upload
        </CheckLine>
      </div>
      <SourceFields choice={draft.source} onChange={(next) => set({ source: next })} />
      <div className="grid content-start gap-4">
        <Choice
          label="What the table is for"
          value={draft.environment}
          choices={environmentChoices}
          onChange={(environment) => set({ environment: environment as Draft['environment'] })}
        />
        <BaselineField assetId={assetId} value={draft.baseline} onChange={(baseline) => set({ baseline })} />
      </div>
      <LookFor draft={draft} set={set} />
      <Limits draft={draft} set={set} />
      <DestinationChoice chosen={draft.destinations} onChange={(destinations) => set({ destinations })} />
    </div>
  );
}

/** An interval that somebody set by the API stays choosable. */
function withOwn(every: string) {
  return everyChoices.some(({ value }) => value === every)
    ? everyChoices
    : [{ value: every, label: everyWords(Number(every)) }, ...everyChoices];
}

function BaselineField({ assetId, value, onChange }: { assetId: string; value: string; onChange: (value: string) => void }) {
  const known = useEndpoint(listBaselines, { assetId, limit: 100 });
  const versions = (known.data?.items ?? []).filter(({ state }) => state !== 'expired');
  const choices = [
    { value: 'promoted', label: 'The promoted baseline, whichever it is' },
    { value: 'none', label: 'No baseline: drift is not looked at' },
    ...versions.map(({ id, name, version }) => ({ value: id, label: `Version ${version}: ${inertLine(name, 60)}` })),
  ];
  return <Choice label="Compared with" value={value} choices={choices} onChange={onChange} />;
}

type PartProps = { draft: Draft; set: (part: Partial<Draft>) => void };
function LookFor({ draft, set }: PartProps) {
  return (
    <fieldset className="min-w-0">
      <legend className="mb-1 font-name">What to look for</legend>
      {checkKinds.map((check) => (
        <CheckLine
          key={check}
          checked={draft.checks.has(check)}
          onChange={(isOn) => {
            const checks = new Set(draft.checks);
            if (isOn) checks.add(check);
            else checks.delete(check);
            set({ checks });
          }}
        >
          {checkWords[check]}
        </CheckLine>
      ))}
      {(draft.checks.has('quality') || draft.checks.has('drift')) && (
        <TextLine label="Also by group (a column)" value={draft.groupBy} onChange={(groupBy) => set({ groupBy })} />
      )}
      {draft.checks.has('poisoning') && <TextLine label="Column of the label" value={draft.label} onChange={(label) => set({ label })} />}
    </fieldset>
  );
}

function Limits({ draft, set }: PartProps) {
  return (
    <div className="grid content-start gap-3">
      <Choice
        label="Sensitivity to drift"
        value={draft.sensitivity}
        choices={sensitivities}
        onChange={(sensitivity) => set({ sensitivity: sensitivity as Draft['sensitivity'] })}
      />
      <p className="text-ink-2">An alert, in percent; left empty, the settings of the workspace decide:</p>
      <div className="grid grid-cols-3 gap-3">
        <TextLine plain label="Score below" value={draft.qualityScore} onChange={(qualityScore) => set({ qualityScore })} />
        <TextLine plain label="Drifted above" value={draft.driftShare} onChange={(driftShare) => set({ driftShare })} />
        <TextLine plain label="Odd above" value={draft.anomalyRate} onChange={(anomalyRate) => set({ anomalyRate })} />
      </div>
    </div>
  );
}
