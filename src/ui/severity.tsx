/** Severity, verdict, status and compliance outcome: shape alone in dense columns, shape and word where the row has room. */
import { classNames } from './class-names.ts';
import { Shape } from './shape.tsx';
import {
  type Meaning,
  type Outcome,
  outcomeMeanings,
  type Severity,
  type Status,
  severityMeanings,
  statusMeanings,
  toneChip,
  type Verdict,
  verdictMeanings,
} from './words.ts';

export function SeverityShape({ severity, size }: { severity: Severity; size?: number }) {
  const { word, shape, tone } = severityMeanings[severity];
  return <Shape name={shape} tone={tone} label={word} size={size} />;
}
export function StatusShape({ status, size }: { status: Status; size?: number }) {
  const { word, shape, tone } = statusMeanings[status];
  return <Shape name={shape} tone={tone} label={word} size={size} />;
}
export function VerdictShape({ verdict, size }: { verdict: Verdict; size?: number }) {
  const { word, shape, tone } = verdictMeanings[verdict];
  return <Shape name={shape} tone={tone} label={word} size={size} />;
}

function Chip({ meaning, word }: { meaning: Meaning; word?: string | undefined }) {
  return (
    <span
      className={classNames(
        'inline-flex h-5.5 items-center gap-1.5 rounded-chip px-1.5 text-label font-name whitespace-nowrap',
        toneChip[meaning.tone],
      )}
    >
      <Shape name={meaning.shape} tone={meaning.tone} size={13} />
      {word ?? meaning.word}
    </span>
  );
}
/** `word` replaces the plain word: "Critical risk". */
export function SeverityChip({ severity, word }: { severity: Severity; word?: string }) {
  return <Chip meaning={severityMeanings[severity]} word={word} />;
}
export function VerdictChip({ verdict, word }: { verdict: Verdict; word?: string }) {
  return <Chip meaning={verdictMeanings[verdict]} word={word} />;
}
export function OutcomeChip({ outcome }: { outcome: Outcome }) {
  return <Chip meaning={outcomeMeanings[outcome]} />;
}

function Word({ meaning }: { meaning: Meaning }) {
  return (
    <span className="inline-flex items-center gap-2 whitespace-nowrap">
      <Shape name={meaning.shape} tone={meaning.tone} />
      {meaning.word}
    </span>
  );
}
export function SeverityWord({ severity }: { severity: Severity }) {
  return <Word meaning={severityMeanings[severity]} />;
}
export function StatusWord({ status }: { status: Status }) {
  return <Word meaning={statusMeanings[status]} />;
}
export function VerdictWord({ verdict }: { verdict: Verdict }) {
  return <Word meaning={verdictMeanings[verdict]} />;
}
export function OutcomeWord({ outcome }: { outcome: Outcome }) {
  return <Word meaning={outcomeMeanings[outcome]} />;
}
