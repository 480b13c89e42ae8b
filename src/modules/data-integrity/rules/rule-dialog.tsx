/** One rule, filled in by its kind, tried on the table while it is written. */
import { useEffect, useMemo, useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Choice, TextBox, TextLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { severityMeanings } from '../../../ui/words.ts';
import { addRules, changeRule, getProfile, type RuleSet, testRules, type ValidationRule } from '../contract.ts';
import { MeaningChip, ruleMeanings } from '../data-words.tsx';
import { draftOf, formOf, type RuleDraft, type RuleField, ruleForms, ruleOf } from './rule-form.tsx';

const severities = (['critical', 'high', 'medium', 'low', 'informational'] as const).map((value) => ({
  value,
  label: severityMeanings[value].word,
}));
type Props = { assetId: string; set: RuleSet; rule: ValidationRule | null; onClose: () => void };

type RuleFacts = { readonly name: string; readonly severity: ValidationRule['severity']; readonly share: string; readonly owner: string };

function factsOf(rule: ValidationRule | null): RuleFacts {
  const share = rule?.tolerance.share;
  return {
    name: rule?.name ?? '',
    severity: rule?.severity ?? 'medium',
    share: share === undefined ? '' : String(Number((share * 100).toPrecision(8))),
    owner: rule?.owner ?? '',
  };
}

/** A rule while it is written: its parts, what would be sent, and sending it. */
function useRuleDraft({ assetId, set, rule, onClose }: Props) {
  const [draft, setDraft] = useState<RuleDraft>(() => (rule === null ? { kind: 'notMissing', values: {} } : draftOf(rule.rule)));
  const [facts, setFacts] = useState(() => factsOf(rule));
  const done = (after: RuleSet): void => {
    toast({ text: `Rule set ${after.version} is in force` });
    onClose();
  };
  const add = useChange(addRules, { onDone: done });
  const change = useChange(changeRule, { onDone: done });
  const stated = useMemo(() => ruleOf(draft, rule?.rule), [draft, rule]);
  const tolerance = useMemo(() => {
    const { share: _share, ...kept } = rule?.tolerance ?? {};
    return facts.share.trim() === '' ? kept : { ...kept, share: Number(facts.share.replace(',', '.')) / 100 };
  }, [rule, facts.share]);
  const save = (): void => {
    if (stated === null) return;
    const owner = facts.owner.trim();
    const sent = { rule: stated, severity: facts.severity, tolerance, owner: owner === '' ? null : owner };
    const called = facts.name.trim() === '' ? {} : { name: facts.name.trim() };
    if (rule === null) void add.run({ assetId, rules: [{ ...sent, ...called }] });
    else void change.run({ id: rule.id, version: set.version, ...sent, ...called });
  };
  const state = { problem: add.problem ?? change.problem, isSaving: add.isRunning || change.isRunning };
  return { draft, setDraft, facts, setFacts, stated, tolerance, save, ...state };
}

export function RuleDialog(props: Props) {
  const { assetId, rule, onClose } = props;
  const { draft, setDraft, facts, setFacts, stated, tolerance, save, problem, isSaving } = useRuleDraft(props);
  const set = (part: Partial<RuleFacts>): void => setFacts((before) => ({ ...before, ...part }));
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title={rule === null ? 'Add a rule' : 'Change the rule'}
      description={formOf(draft.kind)?.says}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={stated === null} busy={isSaving && 'Saving…'} onClick={save}>
            {rule === null ? 'Add the rule' : 'Save the rule'}
          </Button>
        </>
      }
    >
      <div className="grid gap-x-6 gap-y-4 tablet:grid-cols-2">
        <Choice
          label="Kind"
          value={draft.kind}
          choices={ruleForms.map(({ kind, label }) => ({ value: kind, label }))}
          onChange={(kind) => setDraft({ kind: kind as RuleDraft['kind'], values: draft.values })}
        />
        <Choice
          label="Severity when broken"
          value={facts.severity}
          choices={severities}
          onChange={(severity) => set({ severity: severity as RuleFacts['severity'] })}
        />
        <KindFields assetId={assetId} draft={draft} onChange={setDraft} />
        <TextLine
          plain
          label="May fail, in percent"
          value={facts.share}
          onChange={(share) => set({ share })}
          help="Left empty, nothing may."
        />
        <TextLine plain label="Name" value={facts.name} onChange={(name) => set({ name })} help="Left empty, the rule in words." />
        <TextLine plain label="Owner" value={facts.owner} onChange={(owner) => set({ owner })} />
      </div>
      <Preview assetId={assetId} rule={stated} tolerance={tolerance} />
      {problem !== null && <ProblemNote error={problem} />}
    </Dialog>
  );
}

type KindFieldsProps = { assetId: string; draft: RuleDraft; onChange: (draft: RuleDraft) => void };
function KindFields({ assetId, draft, onChange }: KindFieldsProps) {
  const profile = useEndpoint(getProfile, { assetId });
  const columns = profile.data?.columns.map(({ name }) => name) ?? [];
  const set = (name: string, value: string): void => onChange({ ...draft, values: { ...draft.values, [name]: value } });
  return (formOf(draft.kind)?.fields ?? []).map((field) => (
    <OneField
      key={field.name}
      field={field}
      columns={columns}
      value={draft.values[field.name] ?? ''}
      onChange={(value) => set(field.name, value)}
    />
  ));
}

type OneFieldProps = { field: RuleField; columns: readonly string[]; value: string; onChange: (value: string) => void };
function OneField({ field, columns, value, onChange }: OneFieldProps) {
  const { label, kind, help, choices } = field;
  if (kind === 'choice')
    return <Choice label={label} value={value} choices={[{ value: '', label: 'Choose…' }, ...(choices ?? [])]} onChange={onChange} />;
  if (kind === 'columns' || kind === 'list')
    return <TextBox label={label} value={value} onChange={onChange} help={help ?? 'One column a line.'} />;
  return (
    <TextLine
      label={label}
      value={value}
      onChange={onChange}
      {...(help === undefined ? {} : { help })}
      {...(kind === 'column' ? { list: columns } : {})}
      plain={kind === 'number'}
    />
  );
}

/** Long enough that a word is written to its end before the table is read. */
const restMs = 600;
type PreviewProps = { assetId: string; rule: ValidationRule['rule'] | null; tolerance: ValidationRule['tolerance'] };

function Preview({ assetId, rule, tolerance }: PreviewProps) {
  const [asked, setAsked] = useState<Omit<PreviewProps, 'assetId'>>({ rule: null, tolerance: {} });
  useEffect(() => {
    const timer = setTimeout(() => setAsked({ rule, tolerance }), restMs);
    return () => clearTimeout(timer);
  }, [rule, tolerance]);
  const input = { assetId, rules: asked.rule === null ? [] : [{ rule: asked.rule, tolerance: asked.tolerance }] };
  const answer = useEndpoint(testRules, input, { enabled: asked.rule !== null });
  const outcome = answer.data?.outcomes[0];
  return (
    <div aria-live="polite" className="mt-4 min-h-16 rounded-form border border-line bg-sunken px-3 py-2.5">
      {rule === null && <span className="text-ink-2">Fill in the rule: it is tried on the table while you write. Nothing is kept.</span>}
      {rule !== null && answer.isFetching && <span className="text-ink-2">Trying it on the table…</span>}
      {rule !== null && !answer.isFetching && answer.error !== null && <ProblemNote error={answer.error} />}
      {rule !== null && !answer.isFetching && outcome !== undefined && (
        <p className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
          <MeaningChip meaning={ruleMeanings[outcome.verdict]} />
          {outcome.failed === null || outcome.of === null ? (
            <span className="text-unknown-ink">{inertLine(outcome.reason ?? 'unknown', 200)}</span>
          ) : (
            <span className="tabular-nums">
              {formatNumber(outcome.failed)} of {formatNumber(outcome.of)} fail
            </span>
          )}
          {outcome.rows.length > 0 && (
            <span className="text-ink-2 tabular-nums">
              rows{' '}
              {outcome.rows
                .slice(0, 12)
                .map((row) => formatNumber(row))
                .join(', ')}
              {outcome.rows.length > 12 && ' …'}
            </span>
          )}
        </p>
      )}
    </div>
  );
}
