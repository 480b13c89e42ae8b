/** A finding in the reading order: what is wrong, why it matters, what to do, the evidence. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { printWhere } from '../../../contract/print-where.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Evidence } from '../../../ui/evidence.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { useKeys } from '../../../ui/keys.ts';
import { Mark } from '../../../ui/mark.tsx';
import { Section } from '../../../ui/section.tsx';
import { SeverityChip } from '../../../ui/severity.tsx';
import { Badge } from '../../../ui/tag.tsx';
import { References } from '../bills/references.tsx';
import { type StoredFinding as Finding, findingOpcodes, type OpcodeLine } from '../contract.ts';

type FindingViewProps = {
  finding: Finding;
  place: { index: number; of: number };
  onPrevious: (() => void) | undefined;
  onNext: (() => void) | undefined;
};

export function FindingView({ finding, place, onPrevious, onNext }: FindingViewProps) {
  useKeys('Finding', [
    { keys: 'j', label: 'Next finding', run: () => onNext?.() },
    { keys: 'k', label: 'Previous finding', run: () => onPrevious?.() },
  ]);
  const isCall = finding.axis === 'effect' && finding.evidence !== '';
  return (
    <article>
      <div className="border-b border-line px-4 py-4 tablet:px-6">
        <div className="mb-2 flex flex-wrap items-center gap-x-4 gap-y-1">
          <SeverityChip severity={finding.severity} />
          <Mark mark={finding.mark} />
          <span className="mono text-code text-ink-2">{finding.ruleId}</span>
          {finding.suppression !== null && <Badge tone="ink-3">{`suppressed until ${finding.suppression.expires}`}</Badge>}
          <span className="ml-auto inline-flex items-center gap-1 text-ink-3">
            Finding {place.index} of {place.of}
            <IconButton icon={ChevronLeft} label="Previous finding" disabled={onPrevious === undefined} onClick={onPrevious} />
            <IconButton icon={ChevronRight} label="Next finding" disabled={onNext === undefined} onClick={onNext} />
          </span>
        </div>
        <Crumbs path={finding.where.containerPath} />
        <h2 className="text-title font-title">{inertLine(finding.title)}</h2>
        <p className="mt-1 max-w-[72ch] text-read text-ink-2">
          <InertText text={finding.why} />
        </p>
        {isCall && (
          <div className="mt-3">
            <CodeBlock text={finding.evidence} label="What is called" tone={finding.severity === 'critical' ? 'critical' : 'plain'} />
          </div>
        )}
      </div>
      <Section title="Why it matters">
        <ul className="grid max-w-[72ch] gap-1.5 text-read">
          <li>{certaintyWords(finding)}</li>
        </ul>
        <References ids={finding.references} />
      </Section>
      <Section title="Next action">
        <p className="max-w-[72ch] text-read">{finding.remedy}</p>
      </Section>
      <Section title="Evidence">
        <FindingEvidence finding={finding} />
      </Section>
    </article>
  );
}

/** From the file inwards: what lies in what. */
function Crumbs({ path }: { path: readonly string[] }) {
  if (path.length < 2) return null;
  return (
    <ol aria-label="Container path" className="mono mb-1 flex flex-wrap items-baseline gap-x-1.5 text-code text-ink-2">
      {path.map((part, depth) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same name may stand at two depths
        <li key={depth} className="flex items-baseline gap-x-1.5">
          {depth > 0 && (
            <span aria-hidden="true" className="text-ink-3">
              ›
            </span>
          )}
          <span className={depth === path.length - 1 ? 'font-strong text-ink' : ''}>{inertLine(part.split('/').at(-1) || part, 120)}</span>
        </li>
      ))}
    </ol>
  );
}

/** Bytes at once; opcodes are read from them when the place is one of a pickle. */
function FindingEvidence({ finding }: { finding: Finding }) {
  const isPickle = finding.where.opcodeIndex !== undefined && finding.excerpt !== undefined;
  const opcodes = useEndpoint(findingOpcodes, { id: finding.id }, { enabled: isPickle });
  const lines = opcodes.data?.opcodes;
  const isInferred = lines?.some(({ inferred }) => inferred) ?? false;
  return (
    <Evidence
      facts={evidenceOf(finding, lines)}
      source={inertLine(printWhere(finding.where))}
      // What stands on a line is read as text.
      begin={finding.where.line === undefined ? 'bytes' : 'raw'}
      foot={
        <>
          {isInferred && (
            <span>Opcodes before the place are the likeliest reading: the beginning of the stream is not in this excerpt.</span>
          )}
          {opcodes.error !== null && <span>Opcodes are unknown: the scanner service does not answer.</span>}
        </>
      }
    />
  );
}

function certaintyWords({ axis, effect, certainty }: Finding): string {
  if (axis === 'integrity')
    return 'Two ways of reading the file disagree, or it breaks its own format: what one tool checks is not what another loads.';
  if (axis === 'posture') return 'Nothing happens by itself, but someone should decide about it.';
  const what = effectWords[effect ?? 'none'];
  if (certainty === 'proved') return `Proved: loading it ${what}.`;
  if (certainty === 'possible') return `Possible: loading it may make a program that ${what}.`;
  return 'What it does is not known to the rules, so it is not trusted.';
}

const effectWords: Readonly<Record<NonNullable<Finding['effect']>, string>> = {
  exec: 'runs code',
  'fs-read': 'reads files',
  'fs-write': 'writes files',
  net: 'opens network connections',
  'native-load': 'loads native code',
  'nested-load': 'loads another serialised object',
  dos: 'exhausts memory or time',
  none: 'does nothing outside the object',
};

function evidenceOf(
  { evidence, excerpt, where }: Finding,
  lines: readonly OpcodeLine[] | undefined,
): Parameters<typeof Evidence>[0]['facts'] {
  const isPickle = where.opcodeIndex !== undefined;
  const words = isPickle ? { decompiled: evidence } : { raw: evidence };
  if (excerpt === undefined) return words;
  const data = Uint8Array.from(atob(excerpt.base64), (character) => character.charCodeAt(0));
  const ranges =
    where.offset === null ? [] : [{ offset: where.offset, length: Math.max(1, where.length ?? 1), meaning: evidence.slice(0, 120) }];
  const opcodes = lines?.map(({ offset, name, argument }) => ({
    offset,
    name,
    argument: offset === where.offset ? (argument ?? '← here') : argument,
    marked: offset === where.offset,
  }));
  return { bytes: { data, start: excerpt.start, ranges }, ...(opcodes === undefined ? {} : { opcodes }), ...words };
}
