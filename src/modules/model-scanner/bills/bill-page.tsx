/** The bill of materials of an asset: how complete it is, what it is made of as drawing and table, and how it changed. */
import { Download } from 'lucide-react';
import { useState } from 'react';
import { linkTo } from '../../../client/request.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button, TextLink } from '../../../ui/button.tsx';
import { CoverageBar } from '../../../ui/coverage-bar.tsx';
import { definePage, type PageParams } from '../../../ui/define-page.ts';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { getAsset } from '../../ai-assets/contract.ts';
import { type Bill, billDocument, billKinds, getBill } from '../contract.ts';
import { BillChanges } from './bill-changes.tsx';
import { BillGraph } from './bill-graph.tsx';
import { BillTable } from './bill-table.tsx';

function BillPage({ params }: { params: PageParams }) {
  const id = params['id'] ?? '';
  const [scanId, setScan] = useQueryValue('scan');
  const subject = { asset_id: id, ...(scanId === null ? {} : { scan_id: scanId }) };
  const asset = useEndpoint(getAsset, { id });
  const bill = useEndpoint(getBill, subject, { live: ['model-scanner.scan'] });
  const name = inertLine(asset.data?.name ?? 'Asset', 120);
  return (
    <Screen
      title={`Bill of materials: ${name}`}
      shortTitle="Bill of materials"
      path={[
        { label: 'Assets', to: '/ai-assets' },
        { label: name, to: `/ai-assets/${id}` },
      ]}
      facts={bill.data === undefined ? undefined : <BillFacts bill={bill.data} />}
      actions={
        bill.data === undefined ? undefined : (
          <>
            <VersionMenu bill={bill.data} onChoose={setScan} />
            <Menu
              trigger={
                <Button kind="primary" icon={Download}>
                  Download
                </Button>
              }
              items={(['1.6', '1.7'] as const).map((version) => ({
                label: `CycloneDX ${version}`,
                run: () => window.location.assign(linkTo(billDocument, { ...subject, version })),
              }))}
            />
          </>
        )
      }
    >
      {bill.data === undefined && isMissing(bill.error) ? (
        <EmptyNote title="No scan has read this asset">
          A bill of materials is made from what a scan reads: the model files, the settings and licences beside them, and the packages they
          need. Scan the folder it lies in.
        </EmptyNote>
      ) : (
        <Loaded answer={bill} waitsFor="the bill of materials">
          {(data) => <BillView bill={data} assetId={id} />}
        </Loaded>
      )}
    </Screen>
  );
}

function isMissing(error: unknown): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === 'model-scanner.billMissing';
}

function BillFacts({ bill: { scan, counts, complete } }: { bill: Bill }) {
  const words = billKinds
    .filter((kind) => (counts[kind] ?? 0) > 0)
    .map((kind) => plural(counts[kind] ?? 0, kind === 'dataset' ? 'data set' : kind));
  return (
    <>
      <span className="tabular-nums">{words.join(', ') || 'Nothing was found in it'}</span>
      {!complete && (
        <span className="inline-flex items-center gap-1 font-name">
          <Shape name="unknown" tone="unknown" /> Something was not read: parts may be missing
        </span>
      )}
      <TextLink to={`/model-scanner/${scan.id}`}>From this scan</TextLink>
      {scan.finishedAt !== null && <FullTime at={scan.finishedAt} />}
    </>
  );
}

function VersionMenu({ bill, onChoose }: { bill: Bill; onChoose: (id: string | null) => void }) {
  if (bill.earlier.length === 0) return null;
  return (
    <Menu
      trigger={<Button>Other scans</Button>}
      items={[
        { label: 'Newest', run: () => onChoose(null) },
        ...bill.earlier.slice(0, 20).map(({ id, finishedAt, verdict }) => ({
          label: finishedAt === null ? 'unknown time' : `${finishedAt.slice(0, 16).replace('T', ' ')} UTC`,
          note: verdict ?? 'unknown',
          run: () => onChoose(id),
        })),
      ]}
    />
  );
}

function BillView({ bill, assetId }: { bill: Bill; assetId: string }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const choose = (key: string): void => {
    setChosen(key);
    document.getElementById(`bill-${key}`)?.scrollIntoView({ block: 'center' });
  };
  return (
    <>
      <Columns tracks="2fr 3fr">
        <Completeness bill={bill} />
        <Section title="Changes" note="against another scan">
          <BillChanges bill={bill} assetId={assetId} />
        </Section>
      </Columns>
      <Section title="Made of" note={bill.edges.length === 0 ? undefined : 'dashed: declared, or not here'}>
        <BillGraph bill={bill} chosen={chosen} onChoose={choose} />
        {bill.edges.length === 0 && (
          <p className="text-ink-2">
            No link between the parts is known. A model card that names its base model and data, or a manifest beside the model, adds them.
          </p>
        )}
      </Section>
      <Section
        title="Components"
        note={`${formatNumber(bill.components.length)}${bill.componentsLeftOut > 0 ? ` of ${formatNumber(bill.components.length + bill.componentsLeftOut)}` : ''}`}
      >
        <BillTable bill={bill} chosen={chosen} />
        {bill.components.some(({ digest }) => digest === null) && (
          <p className="mt-2 text-label text-ink-3">A scan with the deep profile adds the SHA-256 of files.</p>
        )}
      </Section>
    </>
  );
}

function Completeness({ bill: { completeness } }: { bill: Bill }) {
  const { score, missing, models } = completeness;
  return (
    <Section title="Completeness" note={models.length > 1 ? `mean of ${plural(models.length, 'model')}` : undefined}>
      {score === null ? (
        <p className="text-unknown-ink">unknown: there is no model to say anything about</p>
      ) : (
        <>
          <p className="flex items-baseline gap-2">
            <span className="text-score font-strong tabular-nums">{score}</span>
            <span className="text-ink-2">of 100</span>
          </p>
          <CoverageBar assessed={score / 100} of="by weight" word="stated" />
          <h3 className="mt-4 mb-1 font-name">Missing</h3>
          {missing.length === 0 ? (
            <p className="text-ink-2">Nothing.</p>
          ) : (
            <ul className="flex flex-wrap gap-x-4 gap-y-1">
              {missing.map(({ field, models: count }) => (
                <li key={field} className="inline-flex items-center gap-1.5">
                  <Shape name="unknown" tone="unknown" size={12} /> {field}
                  {models.length > 1 && <span className="text-label text-ink-3">in {formatNumber(count)}</span>}
                </li>
              ))}
            </ul>
          )}
          <p className="mt-3 text-label text-ink-3">It counts what is stated, not whether it is true.</p>
        </>
      )}
    </Section>
  );
}

export default definePage({
  path: '/ai-assets/:id/bom',
  title: 'Bill of materials',
  permission: 'model-scanner:read',
  group: null,
  icon: 'boxes',
  order: 1,
  Page: BillPage,
});
