/** Rules that a good table keeps, each with what speaks for it; those that are chosen become one new version of the set. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CheckLine } from '../../../ui/controls.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { formatNumber, formatPercent, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded, ProblemNote } from '../../../ui/loaded.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { addRules, type RuleSuggestion, suggestRules, type ValidationRule } from '../contract.ts';

type Props = { assetId: string; known: readonly ValidationRule[]; onClose: () => void };

export function SuggestDialog({ assetId, known, onClose }: Props) {
  const answer = useEndpoint(suggestRules, { assetId });
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const add = useChange(addRules, {
    onDone: (after) => {
      toast({ text: `Rule set ${after.version} is in force` });
      onClose();
    },
  });
  const stated = new Set(known.map(({ rule }) => JSON.stringify(rule)));
  const fresh = (answer.data?.suggestions ?? []).filter(({ rule }) => !stated.has(JSON.stringify(rule)));
  const chosen = fresh.filter((_, place) => !left.has(place));
  const save = (): void => {
    const rules = chosen.map(({ name, rule, evidence }) => ({
      name,
      rule,
      severity: rule.severity ?? 'medium',
      evidence,
      origin: 'suggested' as const,
    }));
    void add.run({ assetId, rules: rules.slice(0, 200) });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      width="wide"
      title="Suggested rules"
      description={
        answer.data === undefined
          ? 'Read from the file of the asset. It should be a table you trust.'
          : `From ${formatNumber(answer.data.rows)} rows and ${formatNumber(answer.data.columns)} columns. Nothing counts before you add it.`
      }
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={chosen.length === 0} busy={add.isRunning && 'Adding…'} onClick={save}>
            {chosen.length === 0 ? 'Add rules' : `Add ${plural(chosen.length, 'rule')}`}
          </Button>
        </>
      }
    >
      <Loaded answer={answer} waitsFor="the table" isEmpty={() => false}>
        {() => <Suggestions fresh={fresh} left={left} onLeft={setLeft} />}
      </Loaded>
      {add.problem !== null && <ProblemNote error={add.problem} />}
    </Dialog>
  );
}

type SuggestionsProps = { fresh: readonly RuleSuggestion[]; left: ReadonlySet<number>; onLeft: (left: ReadonlySet<number>) => void };
function Suggestions({ fresh, left, onLeft }: SuggestionsProps) {
  if (fresh.length === 0) return <p className="py-4 text-ink-2">The table speaks for no rule that the asset does not have already.</p>;
  return (
    <ScrollRegion label="Suggested rules" className="max-h-[46vh] overflow-y-auto">
      {fresh.map((suggestion, place) => (
        <OneSuggestion
          key={suggestion.name}
          suggestion={suggestion}
          isChosen={!left.has(place)}
          onChange={(isChosen) => {
            const next = new Set(left);
            if (isChosen) next.delete(place);
            else next.add(place);
            onLeft(next);
          }}
        />
      ))}
    </ScrollRegion>
  );
}

type OneProps = { suggestion: RuleSuggestion; isChosen: boolean; onChange: (isChosen: boolean) => void };
function OneSuggestion({ suggestion: { name, evidence, confidence, rule }, isChosen, onChange }: OneProps) {
  return (
    <div className="border-b border-line last:border-0">
      <CheckLine checked={isChosen} onChange={onChange}>
        <span className="min-w-0 flex-1">
          <span className="block font-name">{inertLine(name, 160)}</span>
          <span className="block text-ink-2">{inertLine(evidence, 300)}</span>
        </span>
        <span className="flex-none text-label text-ink-3 tabular-nums">
          {confidence === null ? 'confidence unknown' : `sure to ${formatPercent(confidence, { digits: 1 })}`}
        </span>
        <SeverityShape severity={rule.severity ?? 'medium'} />
      </CheckLine>
    </div>
  );
}
