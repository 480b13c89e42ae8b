/** One look at a table: progress while it runs, then what was found, what was read, and how it can be repeated. */
import { useSession } from '../../../client/session.ts';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { ButtonLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { FieldList } from '../../../ui/field-list.tsx';
import { formatNumber, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { Progress } from '../../../ui/progress.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { Tag } from '../../../ui/tag.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { type AssessmentDetail, cancelAssessment, getAssessment, getDataJob } from '../contract.ts';
import { checkWords, MeaningChip, meaningOf, rowsByColumns, tablePlace } from '../data-words.tsx';
import { GroupView } from '../groups/group-view.tsx';
import { AnomalyView } from './anomaly-tab.tsx';
import { DriftTable } from './drift-tab.tsx';
import { FailingRowList } from './failing-row-list.tsx';
import { NewVersion } from './new-version.tsx';
import { PoisoningView } from './poisoning-view.tsx';
import { Headline, Metrics, Rules } from './state-tab.tsx';

function AssessmentPage({ params }: { params: Readonly<Record<string, string>> }) {
  const id = params['id'] ?? '';
  const answer = useEndpoint(getAssessment, { id }, { live: ['data-assessment.', 'job.'] });
  const known = answer.data;
  return (
    <Screen
      title={known === undefined ? 'Assessment' : inertLine(known.datasetName, 200)}
      path={[{ label: 'Data quality', to: '/data-quality' }]}
      facts={known && <Facts assessment={known} />}
      actions={known && <ButtonLink to={tablePlace(known.assetId)}>The table</ButtonLink>}
      ready={known !== undefined}
    >
      <Loaded answer={answer} waitsFor="the assessment">
        {(assessment) => (assessment.state === 'done' ? <Finished assessment={assessment} /> : <NotFinished assessment={assessment} />)}
      </Loaded>
    </Screen>
  );
}

function Facts({ assessment }: { assessment: AssessmentDetail }) {
  return (
    <>
      <MeaningChip meaning={meaningOf(assessment)} />
      <Tag>{assessment.environment}</Tag>
      <span>{rowsByColumns(assessment)}</span>
      <span className="text-ink-2">{assessment.checks.map((check) => checkWords[check].toLowerCase()).join(', ')}</span>
      <span className="text-ink-3">
        <RelativeTime at={assessment.finishedAt ?? assessment.createdAt} />
      </span>
    </>
  );
}

function NotFinished({ assessment }: { assessment: AssessmentDetail }) {
  const { can } = useSession();
  const { jobId, state, problem } = assessment;
  const cancel = useChange(cancelAssessment, { onRefused: ({ message }) => toast({ text: message }) });
  const isOpen = state === 'queued' || state === 'running';
  const job = useEndpoint(getDataJob, { id: jobId ?? '' }, { enabled: isOpen && jobId !== null, live: ['job.'], everyMs: 1000 });
  if (!isOpen)
    return (
      <Section title={state === 'failed' ? 'It could not run' : 'It was stopped'}>
        <p className="max-w-prose">
          <InertText text={problem?.detail ?? (state === 'cancelled' ? 'Somebody stopped it.' : 'No reason was given.')} limit={600} />{' '}
          Nothing is known of the table from it: not good, not bad.
        </p>
        {problem !== null && <p className="mono mt-1 text-mark text-ink-3">{problem.code}</p>}
      </Section>
    );
  const progress = job.data?.progress ?? null;
  return (
    <Section title={state === 'queued' ? 'Waiting to start' : 'Reading the table'}>
      <Progress
        label={inertLine(assessment.sourceLabel, 200)}
        facts={progress ?? { done: 0, total: null, unit: 'checks', note: null }}
        {...(can('data-quality:update') ? { onCancel: () => void cancel.run({ id: assessment.id }) } : {})}
        isCancelling={cancel.isRunning}
      />
    </Section>
  );
}

function Finished({ assessment }: { assessment: AssessmentDetail }) {
  const [tab, setTab] = useQueryValue('tab');
  const { checks, drift, poisoning, groups } = assessment;
  const tabs = [
    {
      id: 'result',
      label: 'Result',
      content: (
        <>
          <Headline assessment={assessment} />
          {'upload' in assessment.source && <NewVersion assessment={assessment} uploadId={assessment.source.upload} />}
          <Columns tracks="3fr 2fr">
            <Metrics assessment={assessment} />
            <Rules assessment={assessment} />
          </Columns>
          <Columns tracks="3fr 2fr">
            <Reading assessment={assessment} />
            <Repeat assessment={assessment} />
          </Columns>
        </>
      ),
    },
    ...(drift === null ? [] : [{ id: 'drift', label: 'Drift', content: <DriftTable drift={drift} /> }]),
    ...(groups === null ? [] : [{ id: 'groups', label: 'Groups', content: <GroupView groups={groups} /> }]),
    ...(checks.includes('anomalies') ? [{ id: 'anomalies', label: 'Odd rows', content: <AnomalyView assessment={assessment} /> }] : []),
    ...(poisoning === null ? [] : [{ id: 'poisoning', label: 'Poisoning', content: <PoisoningView poisoning={poisoning} /> }]),
    { id: 'rows', label: 'Failing rows', content: <FailingRowList assessmentId={assessment.id} /> },
  ];
  const chosen = tabs.some(({ id }) => id === tab) ? (tab ?? 'result') : 'result';
  return <Tabs label="Assessment" value={chosen} onChange={(id) => setTab(id === 'result' ? null : id)} tabs={tabs} />;
}

function Reading({ assessment: { ingest, sourceLabel } }: { assessment: AssessmentDetail }) {
  if (ingest === null) return <Section title="What was read">{inertLine(sourceLabel, 300)}</Section>;
  const { format, compression, encoding, dialect, badCount, badRows, warnings, renamed } = ingest;
  return (
    <Section title="What was read" note={badCount === 0 ? 'every record' : `${plural(badCount, 'record')} left out`}>
      <FieldList
        labelWidth={110}
        fields={[
          { label: 'Source', value: <InertText className="mono text-code break-all" text={sourceLabel} limit={400} /> },
          { label: 'Format', value: [format, compression, encoding].filter((part) => part !== null).join(', ') },
          ...(dialect === null
            ? []
            : [
                {
                  label: 'Dialect',
                  value: `${dialect.delimiter === '\t' ? 'tab' : dialect.delimiter} between cells, ${dialect.newline}, ${dialect.header ? 'with' : 'without'} header`,
                },
              ]),
          ...(renamed.length === 0
            ? []
            : [
                {
                  label: 'Renamed',
                  value: `${plural(renamed.length, 'column')}: ${inertLine(renamed.map(({ from, to }) => `${from} → ${to}`).join(', '), 200)}`,
                },
              ]),
        ]}
      />
      {badRows.length > 0 && (
        <details className="mt-2">
          <summary className="finger cursor-pointer text-ink-2">Records that are no row: {formatNumber(badCount)}</summary>
          <ul className="mt-1 grid gap-0.5">
            {badRows.slice(0, 50).map(({ line, reason, text }) => (
              <li key={line} className="text-label">
                line {formatNumber(line)}: {inertLine(reason, 120)} <InertText className="mono text-code" text={text} limit={120} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {warnings.map((warning) => (
        <p key={warning} className="mt-1 text-ink-2">
          {inertLine(warning, 300)}
        </p>
      ))}
    </Section>
  );
}

function Repeat({ assessment }: { assessment: AssessmentDetail }) {
  const { dataSha256, engineVersion, options, ruleSetVersion, createdAt, startedAt, finishedAt } = assessment;
  return (
    <Section title="To repeat it">
      <FieldList
        labelWidth={110}
        fields={[
          { label: 'SHA-256', value: dataSha256 === null ? null : <span className="mono text-code break-all">{dataSha256}</span> },
          { label: 'Engine', value: engineVersion },
          { label: 'Seed', value: options === null ? null : String(options.seed) },
          { label: 'Rule set', value: ruleSetVersion === null ? 'none' : `version ${ruleSetVersion}` },
          { label: 'Asked', value: <FullTime at={createdAt} /> },
          {
            label: 'Took',
            value:
              startedAt === null || finishedAt === null
                ? null
                : `${formatNumber((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000, { digits: 1 })} s`,
          },
        ]}
      />
    </Section>
  );
}

export default definePage({
  path: '/data-quality/assessments/:id',
  title: 'Assessment of a table',
  permission: 'data-quality:read',
  group: null,
  icon: 'chart-column',
  order: 5,
  Page: AssessmentPage,
});
