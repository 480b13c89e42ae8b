/** States that an asset depends on, reads, serves … another one. */

import { useState } from 'react';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { mostFound, RecordSearch } from '../../../ui/record-search.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { edgeWords, typeWords } from '../asset-words.tsx';
import { type AssetDetail, addDependency, type EdgeKind, edgeKinds, listAssets } from '../contract.ts';

export function LinkDialog({ asset, onClose }: { asset: AssetDetail; onClose: () => void }) {
  const [kind, setKind] = useState<EdgeKind>('depends_on');
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
        <OtherAsset except={asset.id} chosen={chosen} onChoose={setChosen} />
        {link.problem !== null && <ProblemNote error={link.problem} />}
      </div>
    </Dialog>
  );
}

function OtherAsset({ except, chosen, onChoose }: { except: string; chosen: string | null; onChoose: (id: string) => void }) {
  const [text, setText] = useState('');
  const query = text.trim() === '' ? {} : { q: text.trim() };
  const found = useEndpoint(listAssets, { limit: mostFound, sort: 'name', ...query }, { keepPrevious: true });
  const others = found.data && { ...found.data, items: found.data.items.filter(({ id }) => id !== except) };
  return (
    <RecordSearch
      label="The other asset"
      noun={['asset', 'assets']}
      placeholder="Name, owner, tag or key"
      text={text}
      onText={setText}
      found={{ ...found, data: others }}
      noteOf={({ type }) => typeWords[type].word}
      chosen={chosen}
      onChoose={onChoose}
    />
  );
}
