/** States that an asset depends on, reads, serves … another one. */
import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { edgeWords, typeWords } from '../asset-words.tsx';
import { type AssetDetail, addDependency, type EdgeKind, edgeKinds, listAssets } from '../contract.ts';

export function LinkDialog({ asset, onClose }: { asset: AssetDetail; onClose: () => void }) {
  const [kind, setKind] = useState<EdgeKind>('depends_on');
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState<string | null>(null);
  const link = useChange(addDependency, { onDone: () => toast({ text: 'Linked' }) });
  const save = async (): Promise<void> => {
    if (chosen !== null && (await link.run({ id: asset.id, assetId: chosen, kind })) !== null) onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Link ${asset.name}`}
      description="A stated link is marked declared; what discovery sees is linked by itself."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={chosen === null} busy={link.isRunning && 'Linking…'} onClick={() => void save()}>
            Link
          </Button>
        </>
      }
    >
      <div className="grid gap-3">
        <label className="grid gap-1">
          <span className="font-name">What it does</span>
          <select
            value={kind}
            onChange={(event) => setKind(edgeKinds.find((one) => one === event.target.value) ?? 'depends_on')}
            className="finger h-8 rounded-control border border-line-strong bg-surface px-2.5"
          >
            {edgeKinds.map((one) => (
              <option key={one} value={one}>
                {edgeWords[one]}
              </option>
            ))}
          </select>
        </label>
        <label className="grid gap-1">
          <span className="font-name">The other asset</span>
          <input
            type="search"
            value={text}
            onChange={(event) => setText(event.target.value)}
            placeholder="Name, owner, tag or key"
            autoComplete="off"
            className="finger h-8 rounded-control border border-line-strong bg-surface px-2.5"
          />
        </label>
        <OtherAssets text={text} except={asset.id} chosen={chosen} onChoose={setChosen} />
        {link.problem !== null && <ProblemNote error={link.problem} />}
      </div>
    </Dialog>
  );
}

type OtherAssetsProps = { text: string; except: string; chosen: string | null; onChoose: (id: string) => void };

function OtherAssets({ text, except, chosen, onChoose }: OtherAssetsProps) {
  const query = text.trim() === '' ? {} : { q: text.trim() };
  const found = useEndpoint(listAssets, { limit: 12, sort: 'name', ...query }, { keepPrevious: true });
  const others = (found.data?.items ?? []).filter(({ id }) => id !== except);
  return (
    <fieldset className="max-h-56 overflow-y-auto">
      <legend className="sr-only">Assets found</legend>
      {others.map(({ id, name, type }) => (
        <label key={id} className="flex min-h-8 items-center gap-2 border-b border-line">
          <input type="radio" name="other" checked={chosen === id} onChange={() => onChoose(id)} />
          <span className="truncate">{name}</span>
          <span className="ml-auto text-label text-ink-3">{typeWords[type].word}</span>
        </label>
      ))}
      {others.length === 0 && <p className="py-2 text-ink-2">No asset matches.</p>}
    </fieldset>
  );
}
