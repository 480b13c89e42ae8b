/** Every decision, newest first. */

import { useSession } from '../../../client/session.ts';
import { useEndpointPages } from '../../../client/use-endpoint-pages.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import type { FilterField } from '../../../ui/filter.ts';
import { inertLine } from '../../../ui/inert.ts';
import { ListRows, ListScreen } from '../../../ui/list-screen.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { SeverityShape } from '../../../ui/severity.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { TwoLines } from '../../../ui/table-body.tsx';
import type { Column } from '../../../ui/table-column.ts';
import { PhoneRow } from '../../../ui/table-phone.tsx';
import { useAskedFilters } from '../../../ui/use-asked-filters.ts';
import { subjectOf, useAssetName } from '../asset-name.tsx';
import { type DetectionSummary, kinds, listDetections } from '../contract.ts';
import { actWord, DecisionBadge, decisionWords, home, kindWords, pText } from '../threat-words.tsx';

const fields: readonly FilterField[] = [
  { key: 'kind', label: 'kind', kind: 'choice', choices: kinds.map((value) => ({ value, label: kindWords[value] })) },
  {
    key: 'decision',
    label: 'decision',
    kind: 'choice',
    choices: (['threat', 'no-threat', 'insufficient-evidence'] as const).map((value) => ({ value, label: decisionWords[value] })),
  },
  {
    key: 'severity',
    label: 'severity',
    kind: 'choice',
    choices: ['critical', 'high', 'medium', 'low', 'informational'].map((value) => ({ value, label: value })),
  },
  {
    key: 'verdict',
    label: 'verdict',
    kind: 'choice',
    choices: [
      { value: 'open', label: 'open' },
      { value: 'confirmed', label: 'confirmed' },
      { value: 'false-positive', label: 'false positive' },
    ],
  },
  { key: 'client_id', label: 'client', kind: 'text' },
  { key: 'model_id', label: 'model', kind: 'text' },
  { key: 'since', label: 'since', kind: 'text' },
];
const byId = (row: DetectionSummary): string => row.id;
export const subjectText = ({ subject }: Pick<DetectionSummary, 'subject'>): string => inertLine(subjectOf(subject));
const byName = (row: DetectionSummary): string => `${kindWords[row.kind]}: ${subjectText(row)}`;
const rowTo = (row: DetectionSummary): string => `/adversarial-detection/detections/${row.id}`;

function DetectionsPage() {
  const filters = useAskedFilters(fields, listDetections.input);
  const list = useEndpointPages(listDetections, { ...filters.asked, limit: 50 }, { live: ['adversarial-detection.detected'] });
  return (
    <ListScreen title="Detections" path={[home]} list={list} filters={filters} order="Newest first">
      <ListRows
        label="Detections"
        list={list}
        filters={filters}
        noMatch="No detection matches"
        empty={<NoDetections />}
        rowId={byId}
        rowName={byName}
        columns={columns}
        viewKey="adversarial-detections"
        rowTo={rowTo}
        phone={(row) => <DetectionPhoneRow row={row} />}
      />
    </ListScreen>
  );
}

function NoDetections() {
  const { can } = useSession();
  return (
    <EmptyNote title="Nothing was analysed yet" actions={<ButtonLink to="/adversarial-detection/profiles">See the profiles</ButtonLink>}>
      Every input that a guard screens, and every data set, update or query that is sent to be analysed, leaves its decision here.{' '}
      {can('adversarial-detection:create')
        ? 'Begin with a profile of the model, then put a guard in front of it.'
        : 'Analysts and engineers set that up; until then nothing is known of attacks.'}
    </EmptyNote>
  );
}

function SeverityOf({ severity, decision }: Pick<DetectionSummary, 'severity' | 'decision'>) {
  return severity === null ? (
    <Shape
      name={decision === 'no-threat' ? 'ok' : 'unknown'}
      tone={decision === 'no-threat' ? 'ok' : 'unknown'}
      label={decisionWords[decision]}
    />
  ) : (
    <SeverityShape severity={severity} />
  );
}

const columns: readonly Column<DetectionSummary>[] = [
  { id: 'severity', head: 'Severity', headHidden: true, cell: (row) => <SeverityOf {...row} />, width: 34 },
  {
    id: 'subject',
    head: 'What and where',
    primary: true,
    cell: (row) => <SubjectLines row={row} />,
  },
  { id: 'decision', head: 'Decision', cell: (row) => <DecisionBadge decision={row.decision} />, width: 160 },
  { id: 'p', head: 'p', align: 'right', cell: (row) => pText(row.pValue), width: 90, hideUnder: 700 },
  {
    id: 'technique',
    head: 'Technique',
    cell: (row) => <Listed words={row.technique} none="none named" />,
    width: 190,
    hideUnder: 900,
  },
  {
    id: 'acts',
    head: 'Done',
    cell: (row) => <Listed words={[...new Set(row.acts.map(({ action }) => actWord(action)))]} none="nothing" />,
    width: 190,
    hideUnder: 1000,
  },
  { id: 'at', head: 'When', cell: (row) => <RelativeTime at={row.createdAt} />, width: 110 },
];

/** One line: the rest is in the title and on the page of the detection. */
function Listed({ words, none }: { words: readonly string[]; none: string }) {
  if (words.length === 0) return <span className="text-ink-3">{none}</span>;
  return (
    <span className="block truncate" title={words.join(', ')}>
      {words.length > 2 ? `${words[0]} and ${words.length - 1} more` : words.join(', ')}
    </span>
  );
}

function SubjectLines({ row }: { row: DetectionSummary }) {
  const subject = useAssetName(row.subject.assetId, subjectOf(row.subject));
  const second = row.subject.clientId === undefined ? row.source : `client ${inertLine(row.subject.clientId)}`;
  return <TwoLines title={`${kindWords[row.kind]}: ${subject}`} second={second} />;
}

function DetectionPhoneRow({ row }: { row: DetectionSummary }) {
  const subject = useAssetName(row.subject.assetId, subjectOf(row.subject));
  return (
    <PhoneRow
      shape={<SeverityOf {...row} />}
      title={`${kindWords[row.kind]}: ${subject}`}
      to={rowTo(row)}
      reason={`${decisionWords[row.decision]}, p ${pText(row.pValue)}`}
      owner={<RelativeTime at={row.createdAt} />}
    />
  );
}

export default definePage({
  path: '/adversarial-detection/detections',
  title: 'Detections',
  permission: 'adversarial-detection:read',
  group: null,
  icon: 'shield-alert',
  order: 1,
  Page: DetectionsPage,
});
