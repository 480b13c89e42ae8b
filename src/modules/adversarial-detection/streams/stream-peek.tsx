/** One client of one model: what it asked, what each detector last read, and what it would need where it read nothing. */
import type { OutputOf } from '../../../contract/endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { Peek, type PeekProps } from '../../../ui/peek.tsx';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { ModelName } from '../asset-name.tsx';
import type { listStreams } from '../contract.ts';

export type Stream = OutputOf<typeof listStreams>['items'][number];

type Sign = { readonly id: string; readonly sign: string; readonly read: string; readonly needs: string };
/** `read`: what its number is; `needs`: what it reads nothing without. */
const signs: readonly Sign[] = [
  {
    ...{ id: 'distance-distribution', sign: 'made-up queries' },
    ...{ read: 'distance from natural traffic (1 − W)', needs: '100 queries, half of which share an answer with an earlier one nearby' },
  },
  { id: 'near-duplicate', sign: 'many nearly alike', read: 'share that is nearly alike', needs: '50 queries' },
  { id: 'boundary-walk', sign: 'a walk along the boundary', read: 'share that turns the answer close by', needs: '50 queries' },
  {
    ...{ id: 'synthetic-share', sign: 'far from the data of the profile' },
    ...{ read: 'share far from the data of the profile', needs: 'a profile of the model with rows, and 50 queries since' },
  },
  { id: 'attribute-sweep', sign: 'one attribute varied', read: 'queries in a row along one direction', needs: '50 queries' },
  { id: 'record-probe', sign: 'around one record', read: 'queries around one record', needs: '50 queries' },
  { id: 'volume', sign: 'unusual volume', read: 'deviations above the usual hour', needs: 'queries in 24 earlier hours' },
];
const signOf = new Map(signs.map(({ id, sign }) => [id, sign]));

export function signsOf({ detected, readings }: Stream): string {
  if (detected.length > 0) return detected.map((id) => signOf.get(id) ?? id).join(', ');
  return Object.keys(readings).length === 0 ? 'too few queries to judge' : 'nothing unusual';
}

export const detectionsOf = ({ clientId }: Stream): string =>
  `/adversarial-detection/detections?kind=extraction&client_id=${encodeURIComponent(clientId)}`;

type Props = Pick<PeekProps, 'place' | 'onPrevious' | 'onNext' | 'onClose'> & { stream: Stream };

export function StreamPeek({ stream, ...frame }: Props) {
  const { id, clientId, detectedAt } = stream;
  return (
    <Peek recordId={id} name={id.slice(-12)} title={inertLine(clientId)} summary={summaryOf(stream)} {...frame}>
      <Section title="What was asked" inset="peek">
        <Asked stream={stream} />
      </Section>
      <Section title="What the detectors read" note="looked at every 50 queries" inset="peek">
        <FieldList labelWidth={176} fields={signs.map((sign) => ({ label: sign.sign, value: <Reading sign={sign} stream={stream} /> }))} />
      </Section>
      <Section title="Detections" inset="peek">
        {detectedAt === null ? (
          <p className="text-ink-2">Nothing was detected in this stream, so there is no detection to open.</p>
        ) : (
          <TextLink to={detectionsOf(stream)}>Detections of this client</TextLink>
        )}
      </Section>
    </Peek>
  );
}

function summaryOf(stream: Stream): string {
  const { detected, readings, seen } = stream;
  if (detected.length > 0) return `It looks like: ${signsOf(stream)}.`;
  const count = Object.keys(readings).length;
  if (count === 0) return `Not judged yet: ${formatNumber(seen)} queries are too few for any detector.`;
  return count === signs.length
    ? 'No detector found anything unusual.'
    : `Nothing unusual to the ${count} of ${signs.length} detectors that could read it; what the others need stands below.`;
}

function Asked({ stream: { modelId, seen, kept, dropped, firstAt, lastAt, detectedAt } }: { stream: Stream }) {
  return (
    <FieldList
      labelWidth={104}
      fields={[
        { label: 'Model', value: <ModelName modelId={modelId} /> },
        { label: 'Queries', value: formatNumber(seen) },
        { label: 'Sketches kept', value: `${formatNumber(kept)}${dropped === 0 ? '' : `; ${formatNumber(dropped)} older ones made room`}` },
        { label: 'First query', value: <FullTime at={firstAt} /> },
        { label: 'Last query', value: <FullTime at={lastAt} /> },
        { label: 'Detected', value: detectedAt === null ? 'never' : <FullTime at={detectedAt} /> },
      ]}
    />
  );
}

function Reading({ sign: { id, read, needs }, stream: { readings, detected } }: { sign: Sign; stream: Stream }) {
  const value = new Map(Object.entries(readings)).get(id);
  if (value === undefined) return <span className="text-ink-2">not read: it needs {needs}</span>;
  return (
    <>
      <span className="tabular-nums">{formatNumber(value, { digits: Number.isInteger(value) ? 0 : 3 })}</span>{' '}
      <span className="text-ink-2">
        {read}
        {detected.includes(id) ? ', above its threshold' : ''}
      </span>
    </>
  );
}
