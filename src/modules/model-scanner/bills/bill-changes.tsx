/** What is new, gone or changed in a bill of materials against an earlier scan of the same asset. */
import { useState } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { Choice } from '../../../ui/controls.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { type Bill, type BillComponent, compareBills } from '../contract.ts';

type Changes = OutputOf<typeof compareBills>;

export function BillChanges({ bill, assetId }: { bill: Bill; assetId: string }) {
  const older = bill.earlier.filter(({ id }) => id < bill.scan.id);
  const [chosen, setChosen] = useState<string | null>(null);
  const against = older.find(({ id }) => id === chosen) ?? older[0];
  const answer = useEndpoint(
    compareBills,
    { asset_id: assetId, a: against?.id ?? '', b: bill.scan.id },
    { enabled: against !== undefined, keepPrevious: true },
  );
  if (against === undefined) return <p className="text-ink-2">There is no earlier scan of this asset to compare with.</p>;
  return (
    <>
      <div className="mb-3 max-w-90">
        <Choice
          label="Against the scan of"
          value={against.id}
          choices={older.map(({ id, finishedAt }) => ({
            value: id,
            label: finishedAt === null ? 'unknown time' : `${finishedAt.slice(0, 16).replace('T', ' ')} UTC`,
          }))}
          onChange={setChosen}
        />
      </div>
      <Loaded answer={answer} lines={2} isEmpty={() => false}>
        {(changes) => <ChangeList changes={changes} />}
      </Loaded>
    </>
  );
}

function ChangeList({ changes }: { changes: Changes }) {
  const count = changes.new.length + changes.gone.length + changes.changed.length;
  if (count === 0) return <p className="text-ink-2">Nothing changed: {formatNumber(changes.unchanged)} components are the same.</p>;
  return (
    <ScrollRegion label="List of changes" className="max-h-72 overflow-y-auto">
      <ul>
        {changes.changed.map(({ before, after, fields }) => (
          <Line
            key={after.key}
            change="changed"
            component={after}
            detail={fields.map((field) => fieldChange(field, before, after)).join('; ')}
          />
        ))}
        {changes.new.map((one) => (
          <Line key={one.key} change="new" component={one} detail={one.version ?? ''} />
        ))}
        {changes.gone.map((one) => (
          <Line key={one.key} change="gone" component={one} detail={one.version ?? ''} />
        ))}
      </ul>
      <p className="mt-2 text-ink-3">{formatNumber(changes.unchanged)} unchanged</p>
    </ScrollRegion>
  );
}

function fieldChange(field: string, before: BillComponent, after: BillComponent): string {
  const of = (component: BillComponent): string => {
    const value: unknown = Reflect.get(component, field);
    const text = Array.isArray(value) ? value.join(', ') : String(value ?? '');
    return text === '' ? 'unknown' : text.length > 24 ? `${text.slice(0, 12)}…` : text;
  };
  return `${field}: ${of(before)} → ${of(after)}`;
}

function Line({ change, component, detail }: { change: 'new' | 'gone' | 'changed'; component: BillComponent; detail: string }) {
  return (
    <li className="flex flex-wrap items-baseline gap-x-3 gap-y-0.5 border-b border-line py-1 last:border-0">
      <Badge tone={change === 'gone' ? 'ink-3' : 'accent'}>{change}</Badge>
      <span className="font-name">{inertLine(component.name, 120)}</span>
      <span className="text-label text-ink-3">{component.kind === 'dataset' ? 'data' : component.kind}</span>
      <span className="text-ink-2">{inertLine(detail, 300)}</span>
    </li>
  );
}
