/** Whose files an upload is: a new asset, one that is there, or nobody's. Only an asset gets vulnerabilities. */

import { useState } from 'react';
import { useSession } from '../../../client/session.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { TextLine } from '../../../ui/controls.tsx';
import { mostFound, RecordSearch } from '../../../ui/record-search.tsx';
import { listAssets } from '../../ai-assets/contract.ts';

export type AssetChoice =
  | { readonly kind: 'new' /** null: as the files are called. */; readonly name: string | null }
  | { readonly kind: 'existing'; readonly id: string | null }
  | { readonly kind: 'none' };

/** A new asset when the person may make one, else no asset until they choose. */
export function useAssetChoice() {
  const mayCreate = useSession().can('ai-assets:create');
  return useState<AssetChoice>(mayCreate ? { kind: 'new', name: null } : { kind: 'none' });
}

/** What the scan is asked with; null while something is still to be said. */
export function assetOfChoice(choice: AssetChoice, label: string): { assetId?: string; newAsset?: { name: string } } | null {
  if (choice.kind === 'none') return {};
  if (choice.kind === 'existing') return choice.id === null ? null : { assetId: choice.id };
  const name = (choice.name ?? label).trim().slice(0, 200);
  return name === '' ? null : { newAsset: { name } };
}

type UploadAssetProps = { choice: AssetChoice; onChange: (choice: AssetChoice) => void; label: string; disabled: boolean };

export function UploadAsset({ choice, onChange, label, disabled }: UploadAssetProps) {
  const { can } = useSession();
  return (
    <fieldset disabled={disabled} className="mt-4 min-w-0">
      <legend className="mb-1 font-name">Whose files these are</legend>
      {can('ai-assets:create') && (
        <Kind
          word="A new asset"
          says="It is registered as a model; what is found becomes its vulnerabilities."
          isChosen={choice.kind === 'new'}
          onChoose={() => onChange({ kind: 'new', name: null })}
        />
      )}
      {choice.kind === 'new' && (
        <div className="max-w-90 pb-2 pl-6">
          <TextLine plain label="Name of the asset" value={choice.name ?? label} onChange={(name) => onChange({ kind: 'new', name })} />
        </div>
      )}
      {can('ai-assets:read') && (
        <Kind
          word="An existing asset"
          says="What is found becomes its vulnerabilities."
          isChosen={choice.kind === 'existing'}
          onChoose={() => onChange({ kind: 'existing', id: null })}
        />
      )}
      {choice.kind === 'existing' && <AssetSearch chosen={choice.id} onChoose={(id) => onChange({ kind: 'existing', id })} />}
      <Kind
        word="Only scan"
        says="The result stays; no asset and no vulnerability comes of it."
        isChosen={choice.kind === 'none'}
        onChoose={() => onChange({ kind: 'none' })}
      />
    </fieldset>
  );
}

function Kind({ word, says, isChosen, onChoose }: { word: string; says: string; isChosen: boolean; onChoose: () => void }) {
  return (
    <label className="finger flex items-baseline gap-2 py-1">
      <input type="radio" name="upload-asset" checked={isChosen} onChange={onChoose} className="translate-y-0.5" />
      <span>
        <span className="mr-2 font-name">{word}</span>
        <span className="text-ink-2">{says}</span>
      </span>
    </label>
  );
}

function AssetSearch({ chosen, onChoose }: { chosen: string | null; onChoose: (id: string) => void }) {
  const [text, setText] = useState('');
  // Models until somebody looks for something else.
  const query = text.trim() === '' ? { asset_type: 'model' } : { q: text.trim() };
  const found = useEndpoint(listAssets, { limit: mostFound, sort: 'name', ...query }, { keepPrevious: true });
  return (
    <div className="max-w-120 pb-2 pl-6">
      <RecordSearch
        noun={['asset', 'assets']}
        placeholder="Name, owner, tag or key"
        text={text}
        onText={setText}
        found={found}
        noteOf={({ type, environment }) => `${type.replace('_', ' ')}${environment === null ? '' : `, ${environment}`}`}
        chosen={chosen}
        onChoose={onChoose}
      />
    </div>
  );
}
