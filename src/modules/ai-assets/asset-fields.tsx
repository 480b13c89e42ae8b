/** Fields of an asset with how each is known, and where a person's word differs from a machine's. */
import { FieldList } from '../../ui/field-list.tsx';
import { InertText } from '../../ui/inert-text.tsx';
import { Mark } from '../../ui/mark.tsx';
import { RelativeTime } from '../../ui/relative-time.tsx';
import { Tag } from '../../ui/tag.tsx';
import { criticalityWords, dataClassWords, lifecycleWords } from './asset-words.tsx';
import type { AssetDetail } from './contract.ts';

export function AssetFields({ asset }: { asset: AssetDetail }) {
  const marked = (field: string, value: string | null) => (value === null ? null : <Marked asset={asset} field={field} text={value} />);
  const metadata = Object.entries(asset.metadata).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <FieldList
      labelWidth={132}
      fields={[
        { label: 'Lifecycle', value: lifecycleWords[asset.lifecycle] },
        { label: 'Environment', value: marked('environment', asset.environment), reason: 'nobody said' },
        { label: 'Owner', value: marked('owner', asset.owner), reason: 'nobody claimed it' },
        { label: 'Department', value: marked('department', asset.department), reason: 'nobody said' },
        { label: 'Impact', value: marked('criticality', asset.criticality && criticalityWords[asset.criticality]), reason: 'nobody said' },
        {
          label: 'Data',
          value:
            asset.dataClasses.length === 0 ? null : marked('dataClasses', asset.dataClasses.map((one) => dataClassWords[one]).join(', ')),
          reason: 'not classified',
        },
        {
          label: 'Cloud',
          value: marked('cloudProvider', asset.cloudProvider && [asset.cloudProvider, asset.region].filter(Boolean).join(', ')),
          reason: 'nobody said',
        },
        { label: 'Tags', value: asset.tags.length === 0 ? 'none' : <Tags tags={asset.tags} /> },
        { label: 'Sources', value: asset.sources.join(', ') },
        { label: 'First seen', value: <RelativeTime at={asset.firstSeen} never="by no machine" /> },
        { label: 'Last seen', value: <RelativeTime at={asset.lastSeen} never="by no machine" /> },
        ...metadata.map(([key, value]) => ({ label: wordsOf(key), value: marked(`metadata.${key}`, String(value)) })),
      ]}
    />
  );
}

function Marked({ asset, field, text }: { asset: AssetDetail; field: string; text: string }) {
  const mark = asset.marks[field];
  return (
    <span className="inline-flex min-w-0 flex-wrap items-baseline gap-x-2">
      <span className="break-words">
        <InertText text={text} limit={400} />
      </span>
      {mark && <Mark mark={mark.mark} />}
    </span>
  );
}

function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="inline-flex flex-wrap gap-1">
      {tags.map((tag) => (
        <Tag key={tag}>
          <InertText text={tag} limit={60} />
        </Tag>
      ))}
    </span>
  );
}

/** `sizeBytes` reads as `Size bytes`. */
function wordsOf(key: string): string {
  const spaced = key.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[._-]+/g, ' ');
  return `${spaced[0]?.toUpperCase() ?? ''}${spaced.slice(1).toLowerCase()}`.slice(0, 40);
}

export function Differences({ asset }: { asset: AssetDetail }) {
  return (
    <ul className="grid gap-1.5">
      {asset.differences.map(({ field, declared, observed, source }) => (
        <li key={field} className="text-ink-2">
          <span className="font-name text-ink">{wordsOf(field.replace(/^metadata\./, ''))}</span> is stated as{' '}
          <InertText text={shown(declared)} limit={120} />; {source} sees <InertText text={shown(observed)} limit={120} />.
        </li>
      ))}
    </ul>
  );
}

function shown(value: unknown): string {
  if (value === null || value === '') return 'empty';
  return Array.isArray(value) ? value.join(', ') : String(value);
}
