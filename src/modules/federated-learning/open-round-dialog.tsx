/** Opening a round: which model, how many may be malicious, and how the rest is averaged. */
import { useState } from 'react';
import { useChange } from '../../client/use-change.ts';
import { Button } from '../../ui/button.tsx';
import { Choice, TextLine } from '../../ui/controls.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { inertLine } from '../../ui/inert.ts';
import { ProblemNote } from '../../ui/loaded.tsx';
import { toast } from '../../ui/toast-store.ts';
import { createRound, Rule } from './contract.ts';
import { ruleWords } from './round-words.tsx';

const choices = Rule.options.map((value) => ({ value, label: ruleWords[value] }));
const wholeOf = (text: string): number | null => (/^\d{1,9}$/.test(text.trim()) ? Number(text.trim()) : null);

export function OpenRoundDialog({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState<{ model: string; round: string; malicious: string; rule: Rule }>({
    model: '',
    round: '',
    malicious: '1',
    rule: 'median',
  });
  const set = (part: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...part }));
  const open = useChange(createRound, {
    onDone: ({ modelId, round }) => {
      toast({ text: `Round ${round} of ${inertLine(modelId, 80)} is open` });
      onClose();
    },
  });
  const [round, malicious] = [wholeOf(draft.round), wholeOf(draft.malicious)];
  const isReady = draft.model.trim() !== '' && round !== null && malicious !== null;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Open a round"
      description="Clients send their updates next; nothing is averaged before the round is closed."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={!isReady}
            busy={open.isRunning && 'Opening…'}
            onClick={() => isReady && void open.run({ modelId: draft.model.trim(), round, assumedMalicious: malicious, rule: draft.rule })}
          >
            Open the round
          </Button>
        </>
      }
    >
      <div className="grid gap-4">
        <TextLine plain label="Model" value={draft.model} onChange={(model) => set({ model })} help="Its name, or the id of the asset." />
        <TextLine label="Round number" value={draft.round} onChange={(next) => set({ round: next })} />
        <TextLine
          label="Assumed malicious clients"
          value={draft.malicious}
          onChange={(next) => set({ malicious: next })}
          help="Krum needs 2f + 3 updates, Bulyan 4f + 3; with fewer the round is refused, not bent."
        />
        <Choice label="Averaged by" value={draft.rule} choices={choices} onChange={(rule) => set({ rule: Rule.parse(rule) })} />
        {open.problem !== null && <ProblemNote error={open.problem} />}
      </div>
    </Dialog>
  );
}
