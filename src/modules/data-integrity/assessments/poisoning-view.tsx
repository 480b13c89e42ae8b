/** Signs of tampering, family by family: what each found with its rows, what weighed for the verdict, what could not run. */
import { formatMeasured, formatNumber, formatPercent, plural } from '../../../ui/format.ts';
import { inertLine } from '../../../ui/inert.ts';
import { InertText } from '../../../ui/inert-text.tsx';
import { EmptyNote } from '../../../ui/loaded.tsx';
import { Columns, Section } from '../../../ui/section.tsx';
import type { Poisoning } from '../../data-quality/contract.ts';
import { MeaningChip, poisoningMeanings, pWords } from '../data-words.tsx';
import { NewestOfCheck } from './newest-of-check.tsx';

export function PoisoningTab({ assetId }: { assetId: string }) {
  return (
    <NewestOfCheck
      assetId={assetId}
      check="poisoning"
      empty={
        <EmptyNote title="Signs of tampering were not looked for">
          Check the table with “Poisoning” and name the column of the label.
        </EmptyNote>
      }
    >
      {({ poisoning, notRun }) =>
        poisoning === null ? (
          <EmptyNote title="Poisoning is unknown">
            {notRun.find(({ check }) => check === 'poisoning')?.reason ?? 'The assessment holds no result.'}
          </EmptyNote>
        ) : (
          <PoisoningView poisoning={poisoning} />
        )
      }
    </NewestOfCheck>
  );
}

type Family = Poisoning['families'][number];
type FindingOf = Family['findings'][number];

export function PoisoningView({ poisoning }: { poisoning: Poisoning }) {
  const found = poisoning.families.filter(({ findings, flaggedCount }) => findings.length > 0 || flaggedCount > 0);
  const quiet = poisoning.families.filter((family) => !found.includes(family));
  return (
    <>
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 border-b border-line bg-canvas px-4 py-3 tablet:px-6">
        <MeaningChip meaning={poisoningMeanings[poisoning.verdict]} />
        <span>{inertLine(poisoning.reason, 300)}</span>
        <span className="text-ink-2">
          {confidenceWords(poisoning)}
          {poisoning.decidedBy.length > 0 && `, decided by ${poisoning.decidedBy.map(familyWord).join(', ')}`}
        </span>
      </div>
      {found.map((family) => (
        <OneFamily key={family.family} family={family} />
      ))}
      <Columns tracks="1fr 1fr">
        <FlaggedRows poisoning={poisoning} />
        <Section title="Nothing found by">
          <ul className="grid gap-1">
            {quiet.map(({ family, method }) => (
              <li key={family}>
                <b className="font-name">{familyWord(family)}</b> <span className="text-ink-2">{inertLine(method, 240)}</span>
              </li>
            ))}
            {poisoning.notRun.map(({ family, reason }) => (
              <li key={family} className="text-unknown-ink">
                <b className="font-name">{familyWord(family)}</b> not run: {inertLine(reason, 200)}
              </li>
            ))}
          </ul>
        </Section>
      </Columns>
    </>
  );
}

/** What the number means differs with the verdict: see the contract. */
function confidenceWords({ verdict, confidence }: Poisoning): string {
  if (confidence === null) return 'confidence unknown';
  const share = formatPercent(confidence, { digits: 1 });
  return verdict === 'clean' ? `of wrong labels planted into this table, ${share} would have been flagged` : `confidence ${share}`;
}

/** `label-quality` as words. */
const familyWord = (family: string): string => family.replaceAll('-', ' ');

function OneFamily({ family: { family, method, findings, flaggedCount, notes } }: { family: Family }) {
  return (
    <Section title={familyWord(family)} note={`${plural(flaggedCount, 'row')} flagged`}>
      <p className="mb-2 max-w-prose text-ink-2">{inertLine(method, 400)}</p>
      {findings.length > 0 && (
        <ul className="grid gap-1.5">
          {findings.slice(0, 30).map((finding) => (
            <OneFinding key={`${finding.what} ${finding.label ?? ''} ${finding.columns.join(' ')}`} finding={finding} />
          ))}
          {findings.length > 30 && <li className="text-ink-3">{plural(findings.length - 30, 'more finding')}</li>}
        </ul>
      )}
      {notes.map((note) => (
        <p key={note} className="mt-1 text-ink-3">
          {inertLine(note, 300)}
        </p>
      ))}
    </Section>
  );
}

function OneFinding({ finding }: { finding: FindingOf }) {
  const { what, columns, label, rowCount, rows, adjustedP, effect, expected, counts } = finding;
  return (
    <li className="border-b border-line pb-1.5 last:border-0">
      <span className="mr-2">{inertLine(what, 300)}</span>
      {columns.length > 0 && <InertText className="mono mr-2 text-code" text={columns.join(', ')} limit={160} />}
      {label !== null && <span className="mr-2 text-ink-2">label {inertLine(label, 60)}</span>}
      <span className="mr-2 text-ink-2 tabular-nums">
        {plural(rowCount, 'row')}
        {rows.length > 0 && `: ${rows.slice(0, 8).map(numbered).join(', ')}${rowCount > 8 ? ' …' : ''}`}
      </span>
      <span className="text-ink-3 tabular-nums">
        adjusted p {pWords(adjustedP)}
        {effect !== null && `, effect ${formatMeasured(effect, 3)}`}
        {expected !== null && ` against ${formatMeasured(expected, 3)} expected`}
        {!counts && '; listed, does not weigh for the verdict'}
      </span>
    </li>
  );
}
const numbered = (row: number): string => formatNumber(row);

function FlaggedRows({ poisoning: { flagged, flaggedCount } }: { poisoning: Poisoning }) {
  return (
    <Section title="Flagged rows" note={plural(flaggedCount, 'row')}>
      {flagged.length === 0 ? (
        <p className="text-ink-2">No row is flagged by all families together.</p>
      ) : (
        <ul className="grid gap-1">
          {flagged.slice(0, 20).map(({ row, label, p, families }) => (
            <li key={row} className="flex flex-wrap items-baseline gap-x-3">
              <span className="tabular-nums">row {formatNumber(row)}</span>
              {label !== null && <span className="text-ink-2">label {inertLine(label, 40)}</span>}
              <span className="text-ink-3 tabular-nums">p {pWords(p)}</span>
              <span className="text-ink-2">{families.map(({ family }) => familyWord(family)).join(', ')}</span>
            </li>
          ))}
          {flaggedCount > 20 && <li className="text-ink-3">the others are under “Failing rows”</li>}
        </ul>
      )}
    </Section>
  );
}
