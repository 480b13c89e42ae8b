/** A finding in the reading order: what is wrong, why it matters, what to do, the evidence. */
import { ChevronLeft, ChevronRight } from 'lucide-react';
import type { z } from 'zod';
import { printWhere } from '../../contract/print-where.ts';
import { IconButton, TextLink } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Evidence } from '../../ui/evidence.tsx';
import { FieldList } from '../../ui/field-list.tsx';
import { inertLine } from '../../ui/inert.ts';
import { CodeBlock, InertCode, InertText } from '../../ui/inert-text.tsx';
import { useKeys } from '../../ui/keys.ts';
import { Mark } from '../../ui/mark.tsx';
import { Section } from '../../ui/section.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import type { Scan, StoredFinding } from './contract.ts';

type Finding = z.infer<typeof StoredFinding>;
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
          <span className="ml-auto inline-flex items-center gap-1 text-ink-3">
            Finding {place.index} of {place.of}
            <IconButton icon={ChevronLeft} label="Previous finding" disabled={onPrevious === undefined} onClick={onPrevious} />
            <IconButton icon={ChevronRight} label="Next finding" disabled={onNext === undefined} onClick={onNext} />
          </span>
        </div>
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
          <li>
            Found in <InertCode text={printWhere(finding.where)} />.
          </li>
        </ul>
      </Section>
      <Section title="Next action">
        <p className="max-w-[72ch] text-read">{finding.remedy}</p>
      </Section>
      <Section title="Evidence">
        <Evidence facts={evidenceOf(finding)} source={inertLine(printWhere(finding.where))} />
      </Section>
    </article>
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

function evidenceOf({ evidence, excerpt, where }: Finding): Parameters<typeof Evidence>[0]['facts'] {
  if (excerpt === undefined) return { decompiled: evidence };
  const data = Uint8Array.from(atob(excerpt.base64), (character) => character.charCodeAt(0));
  const ranges =
    where.offset === null ? [] : [{ offset: where.offset, length: Math.max(1, where.length ?? 1), meaning: evidence.slice(0, 120) }];
  return { bytes: { data, start: excerpt.start, ranges }, decompiled: evidence };
}

export function FindingRail({ finding, scan }: { finding: Finding; scan: Scan }) {
  const command = `ai-spm scan ${scan.path.split('/').at(-1) ?? scan.path}`;
  return (
    <>
      <Section title="Who owns it" inset="rail">
        {finding.assetId === null ? (
          <p className="text-ink-2">No asset owns this file.</p>
        ) : (
          <ul className="grid gap-2">
            <li>
              <TextLink to={`/ai-assets/${finding.assetId}`}>Open the asset</TextLink>
            </li>
            <li>
              <TextLink to={`/vulnerabilities?asset_id=${finding.assetId}`}>Its vulnerabilities</TextLink>
            </li>
          </ul>
        )}
      </Section>
      <Section title="Facts" inset="rail">
        <FieldList
          fields={[
            { label: 'Effect', value: finding.effect === undefined ? 'none' : `${finding.effect}, ${finding.certainty}` },
            {
              label: 'File',
              value: (
                <InertText
                  className="mono text-code break-all"
                  text={finding.path === '' ? (scan.path.split('/').at(-1) ?? '') : finding.path}
                />
              ),
            },
            {
              label: 'Byte',
              value: finding.where.offset === null ? null : <span className="mono text-code">0x{finding.where.offset.toString(16)}</span>,
              reason: 'the place has no byte',
            },
            { label: 'Opcode', value: finding.where.opcodeIndex ?? 'none' },
            { label: 'Maps to', value: finding.references.join(', ') || 'nothing' },
            { label: 'Rules', value: <span className="mono text-code">{scan.rulesVersion}</span> },
            { label: 'Print', value: <span className="mono text-code">{finding.fingerprint.slice(0, 12)}…</span> },
          ]}
        />
      </Section>
      <Section title="In CI" inset="rail" aside={<CopyButton text={command} label="Copy the command" />}>
        <CodeBlock text={`${command}\nexit 1: ${scan.verdict ?? 'unknown'}`} label="Command" />
      </Section>
    </>
  );
}
