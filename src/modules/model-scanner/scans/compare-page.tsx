/** Two scans beside each other: what is new, gone and unchanged, and whose verdict changed. */
import { ArrowRight } from 'lucide-react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import type { OutputOf } from '../../../contract/endpoint.ts';
import { FigureLink, TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { formatNumber } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Figure, Section } from '../../../ui/section.tsx';
import { SeverityShape, VerdictChip } from '../../../ui/severity.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { type ComparedFile, type ComparedFinding, compareScans, type Scan } from '../contract.ts';
import { scanName } from '../sources/source-words.tsx';

type Comparison = OutputOf<typeof compareScans>;
const changes = ['new', 'gone', 'unchanged'] as const;
const changeWords = { new: 'New', gone: 'Gone', unchanged: 'Unchanged' } as const;

function ComparePage() {
  const [a] = useQueryValue('a');
  const [b] = useQueryValue('b');
  const isNamed = a !== null && b !== null;
  const answer = useEndpoint(compareScans, { a: a ?? '', b: b ?? '' }, { enabled: isNamed });
  return (
    <Screen
      title="Compare two scans"
      shortTitle="Compare"
      path={[{ label: 'Model scanner', to: '/model-scanner' }]}
      facts={answer.data === undefined ? undefined : <Sides comparison={answer.data} />}
    >
      {isNamed ? (
        <Loaded answer={answer} waitsFor="both scans">
          {(comparison) => <ComparisonView comparison={comparison} a={a} b={b} />}
        </Loaded>
      ) : (
        <EmptyNote title="No two scans are named">Select two finished scans in the list, or choose “Compare” on a scan.</EmptyNote>
      )}
    </Screen>
  );
}

function Sides({ comparison: { a, b, sameRules } }: { comparison: Comparison }) {
  return (
    <>
      <Side scan={a} />
      <ArrowRight size={16} aria-label="to" className="text-ink-3" />
      <Side scan={b} />
      {!sameRules && (
        <span className="inline-flex items-center gap-1 text-high-ink">
          <Shape name="high" tone="high" /> The rules differ: a difference may be the scanner’s, not the files’.
        </span>
      )}
    </>
  );
}

function Side({ scan }: { scan: Scan }) {
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      {scan.verdict !== null && <VerdictChip verdict={scan.verdict} />}
      <TextLink to={`/model-scanner/${scan.id}`}>{scanName(scan)}</TextLink>
      <FullTime at={scan.finishedAt ?? scan.createdAt} />
    </span>
  );
}

function ComparisonView({ comparison, a, b }: { comparison: Comparison; a: string; b: string }) {
  const [show] = useQueryValue('show');
  const { counts, findings, files } = comparison;
  const base = `/model-scanner/compare?a=${a}&b=${b}`;
  const wanted = changes.find((change) => change === show);
  const shown = findings.filter(({ change }) => (wanted === undefined ? change !== 'unchanged' : change === wanted));
  return (
    <>
      <div className="flex flex-wrap gap-x-8 gap-y-2 border-y border-line px-4 py-4 tablet:px-6">
        {changes.map((change) => (
          <Figure
            key={change}
            value={<FigureLink to={`${base}&show=${change}`}>{formatNumber(counts[change])}</FigureLink>}
            words={change === 'new' ? 'new findings' : change}
          />
        ))}
        <Figure value={formatNumber(counts.files)} words="files with another verdict" />
      </div>
      <Section
        title={wanted === undefined ? 'Findings that changed' : `${changeWords[wanted]} findings`}
        aside={wanted === undefined ? undefined : <TextLink to={base}>Show what changed</TextLink>}
      >
        {shown.length === 0 ? (
          <p className="text-ink-2">{wanted === undefined ? 'Nothing is new and nothing is gone.' : 'None.'}</p>
        ) : (
          <ul aria-label="Findings">
            {shown.map((finding) => (
              <FindingLine key={`${finding.change} ${finding.id}`} finding={finding} />
            ))}
          </ul>
        )}
      </Section>
      <Section title="Files with another verdict">
        {files.length === 0 ? (
          <p className="text-ink-2">None.</p>
        ) : (
          <ul aria-label="Files">
            {files.map((file) => (
              <FileLine key={file.path} file={file} />
            ))}
          </ul>
        )}
      </Section>
    </>
  );
}

function FindingLine({ finding: { change, id, scanId, title, severity, path, ruleId } }: { finding: ComparedFinding }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line py-1.5 last:border-0">
      <Badge tone={change === 'new' ? 'accent' : 'ink-3'}>{change}</Badge>
      <SeverityShape severity={severity} />
      <TextLink to={`/model-scanner/${scanId}?finding=${id}`}>{inertLine(title, 200)}</TextLink>
      <span className="mono text-code break-all text-ink-2">{inertLine(path, 300)}</span>
      <span className="mono text-code text-ink-3">{ruleId}</span>
    </li>
  );
}

function FileLine({ file: { path, change, before, after } }: { file: ComparedFile }) {
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line py-1.5 last:border-0">
      <span className="mono min-w-0 flex-1 basis-60 text-code break-all">{inertLine(path === '' ? 'the file itself' : path, 400)}</span>
      {change !== 'verdict' && <Badge tone="ink-3">{change}</Badge>}
      <span className="inline-flex items-center gap-2">
        {before === null ? <span className="text-ink-3">not there</span> : <VerdictChip verdict={before} />}
        <ArrowRight size={14} aria-label="then" className="text-ink-3" />
        {after === null ? <span className="text-ink-3">not there</span> : <VerdictChip verdict={after} />}
      </span>
    </li>
  );
}

export default definePage({
  path: '/model-scanner/compare',
  title: 'Compare scans',
  permission: 'model-scanner:read',
  group: null,
  icon: 'file-search',
  order: 0,
  Page: ComparePage,
});
