/** What lies in the stores under the configured roots, to choose from. */
import { useMemo, useState } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { classNames } from '../../../ui/class-names.ts';
import { TextLine } from '../../../ui/controls.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { listStores, type ScanSource, type StoredModel, type StoreKind } from '../contract.ts';
import { storeWords } from './source-words.tsx';

const mostShown = 300;
type StorePanelProps = { kind: StoreKind; chosen: ScanSource | null; onChoose: (source: ScanSource) => void };

export function StorePanel({ kind, chosen, onChoose }: StorePanelProps) {
  const [filter, setFilter] = useState('');
  const stores = useEndpoint(listStores, { kind });
  const { word, where } = storeWords[kind];
  return (
    <Loaded
      answer={stores}
      lines={3}
      waitsFor="the scanner service"
      empty={
        <EmptyNote title={`No ${word} store was found`}>
          {where} would be offered here when it lies under a folder this installation may scan:{' '}
          {stores.data?.searched.join(', ') ?? 'unknown'}. The setting SCAN_ROOTS adds folders.
        </EmptyNote>
      }
    >
      {({ items, leftOut }) => (
        <>
          {items.length > 8 && <TextLine label="Filter" value={filter} onChange={setFilter} />}
          <StoreList items={items} filter={filter} chosen={chosen} onChoose={onChoose} label={`${word} models`} />
          {leftOut > 0 && <p className="mt-1 text-ink-3">{formatNumber(leftOut)} more are left out of this list.</p>}
        </>
      )}
    </Loaded>
  );
}

type StoreListProps = {
  items: readonly StoredModel[];
  filter: string;
  chosen: ScanSource | null;
  onChoose: (source: ScanSource) => void;
  label: string;
};
function StoreList({ items, filter, chosen, onChoose, label }: StoreListProps) {
  const wanted = filter.trim().toLowerCase();
  const shown = useMemo(
    () =>
      items.filter(({ label: name, detail }) => wanted === '' || `${name} ${detail}`.toLowerCase().includes(wanted)).slice(0, mostShown),
    [items, wanted],
  );
  const chosenText = JSON.stringify(chosen);
  return (
    <ScrollRegion label={label} className="mt-2 max-h-64 overflow-y-auto rounded-control border border-line">
      <fieldset>
        <legend className="sr-only">{label}</legend>
        {shown.map((item) => {
          const isChosen = JSON.stringify(item.source) === chosenText;
          return (
            <label
              key={item.label}
              className={classNames(
                'finger flex cursor-default items-center gap-3 border-b border-line px-3 py-1.5 last:border-0',
                isChosen ? 'bg-accent-tint' : 'hover:bg-hover',
              )}
            >
              <input
                type="radio"
                name={label}
                checked={isChosen}
                onChange={() => onChoose(item.source)}
                className="size-4 flex-none accent-accent"
              />
              <span className="min-w-0">
                <span className="block truncate font-name">
                  <InertText text={item.label} limit={300} />
                </span>
                <span className="block truncate text-label text-ink-2">
                  <InertText text={item.detail} limit={300} />
                </span>
              </span>
            </label>
          );
        })}
        {shown.length === 0 && <p className="px-3 py-2 text-ink-2">Nothing matches the filter.</p>}
      </fieldset>
    </ScrollRegion>
  );
}
