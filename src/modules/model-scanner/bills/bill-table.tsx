/** Components of a bill of materials as a table: the same as the drawing, and more. */
import { useMemo, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { formatNumber, truncateMiddle } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { ScrollRegion } from '../../../ui/scroll-region.tsx';
import { Tag, Unknown } from '../../../ui/tag.tsx';
import { type Bill, type BillComponent, billKinds } from '../contract.ts';

const mostShown = 300;
const kindHeads: Readonly<Record<BillComponent['kind'], string>> = {
  model: 'Models',
  dataset: 'Data',
  package: 'Packages',
  file: 'Files',
  service: 'Services',
};
/** Kinds of things that have no version of their own. */
const unversioned: readonly BillComponent['kind'][] = ['file', 'service'];

export function BillTable({ bill, chosen }: { bill: Bill; chosen: string | null }) {
  const [kind, setKind] = useState<BillComponent['kind'] | null>(null);
  const [isWhole, setWhole] = useState(false);
  const wanted = useMemo(() => bill.components.filter((one) => kind === null || one.kind === kind), [bill.components, kind]);
  const shown = isWhole ? wanted : wanted.slice(0, mostShown);
  const kinds = billKinds.filter((one) => (bill.counts[one] ?? 0) > 0);
  return (
    <>
      {kinds.length > 1 && (
        <div className="mb-2 flex flex-wrap gap-1">
          <Button size="small" kind={kind === null ? 'secondary' : 'quiet'} aria-pressed={kind === null} onClick={() => setKind(null)}>
            All
          </Button>
          {kinds.map((one) => (
            <Button
              key={one}
              size="small"
              kind={kind === one ? 'secondary' : 'quiet'}
              aria-pressed={kind === one}
              onClick={() => setKind(one)}
            >
              {`${kindHeads[one]} ${formatNumber(bill.counts[one] ?? 0)}`}
            </Button>
          ))}
        </div>
      )}
      <ScrollRegion label="Table of components" className="overflow-x-auto">
        <table className="w-full min-w-160">
          <thead>
            <tr className="border-b border-line text-left text-label text-ink-3">
              {['Name', 'Kind', 'Version', 'Licences', 'Where', 'SHA-256'].map((head) => (
                <th key={head} scope="col" className="py-1.5 pr-4 font-regular">
                  {head}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <ComponentRow key={one.key} component={one} isChosen={one.key === chosen} />
            ))}
          </tbody>
        </table>
      </ScrollRegion>
      {shown.length < wanted.length && (
        <Button size="small" onClick={() => setWhole(true)}>
          {`Show all ${formatNumber(wanted.length)}`}
        </Button>
      )}
    </>
  );
}

const unknown = <Unknown />;

function ComponentRow({ component, isChosen }: { component: BillComponent; isChosen: boolean }) {
  const { key, kind, name, version, licences, place, places, digest, scope, format } = component;
  const second = component.purl ?? component.note ?? (kind === 'service' ? component.supplier : null);
  // A hosted model has no bytes here: no place, no licence file and no digest.
  const isHere = kind !== 'service';
  return (
    <tr id={`bill-${key}`} className={classNames('border-b border-line align-top', isChosen && 'bg-accent-tint')}>
      <th scope="row" className="max-w-80 py-1.5 pr-4 text-left font-name">
        <InertText text={name} limit={200} />
        {second !== null && (
          <span className="mono block truncate text-code font-regular text-ink-2" title={inertLine(second, 400)}>
            {inertLine(second, 200)}
          </span>
        )}
      </th>
      <td className="py-1.5 pr-4 whitespace-nowrap">
        <Tag>
          {format === null ? (kind === 'dataset' ? 'data' : kind) : `${kind === 'dataset' ? 'data' : kind}, ${inertLine(format, 30)}`}
        </Tag>
        {scope === 'optional' && <span className="ml-1.5 text-label text-ink-3">optional</span>}
      </td>
      <td className="py-1.5 pr-4">
        {version === null ? unversioned.includes(kind) ? null : unknown : <InertText text={version} limit={80} />}
      </td>
      <td className="py-1.5 pr-4">
        {licences.length === 0 ? isHere ? unknown : null : <InertText text={licences.join(', ')} limit={200} />}
      </td>
      <td className="mono max-w-80 py-1.5 pr-4 text-code break-all text-ink-2">
        {place === null ? isHere ? unknown : null : <InertText text={place} limit={200} />}
        {places > 1 && <span className="text-ink-3"> and {formatNumber(places - 1)} more</span>}
      </td>
      <td className="mono py-1.5 text-code whitespace-nowrap text-ink-2" title={digest ?? undefined}>
        {digest === null ? (isHere ? unknown : null) : truncateMiddle(digest, 13)}
      </td>
    </tr>
  );
}
