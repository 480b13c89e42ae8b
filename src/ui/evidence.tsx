/** Proof: bytes, opcodes and what they decompile to, with ranges marked by ground and underline and listed A B C. Untrusted text stays inert. */
import { type ReactNode, useState } from 'react';
import { classNames } from './class-names.ts';
import { CopyButton } from './copy-button.tsx';
import { type ByteRange, hexRows, runsOf } from './hex.ts';
import { CodeBlock, InertText } from './inert-text.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { Tabs } from './tabs.tsx';

export type Opcode = {
  readonly offset: number;
  readonly name: string;
  readonly argument: string | null /** Part of what is shown as the problem. */;
  readonly marked?: boolean;
};
export type EvidenceFacts = {
  readonly bytes?: { readonly data: Uint8Array; readonly start: number; readonly ranges: readonly ByteRange[] } | undefined;
  readonly opcodes?: readonly Opcode[] | undefined;
  /** The call in words of the language: `posix.system("…")`. */
  readonly decompiled?: string | undefined;
  readonly raw?: string | undefined;
};

type EvidenceProps = {
  facts: EvidenceFacts;
  /** Beside the tabs: `head.pkl, 412 bytes`. */
  source?: ReactNode;
  /** Hash, tool and rules version; a download. */
  foot?: ReactNode;
  title?: string;
  /** Form shown first, when there is one of it. */
  begin?: 'bytes' | 'opcodes' | 'decompiled' | 'raw';
};

export function Evidence({ facts, source, foot, title, begin }: EvidenceProps) {
  const tabs = evidenceTabs(facts);
  const [chosen, choose] = useState((tabs.find(({ id }) => id === begin) ?? tabs[0])?.id ?? '');
  if (tabs.length === 0) return <p className="text-unknown-ink">unknown: no evidence was kept with this finding</p>;
  const [only] = tabs;
  const note = source === undefined ? undefined : <span className="mono text-code text-ink-2">{source}</span>;
  return (
    <div className="grid grid-cols-1 gap-2.5">
      {tabs.length === 1 && only !== undefined ? (
        <>
          {(title !== undefined || note !== undefined) && (
            <div className="flex items-baseline justify-between gap-3">
              {title !== undefined && <span className="font-strong">{title}</span>}
              {note}
            </div>
          )}
          {only.content}
        </>
      ) : (
        <Tabs
          kind="box"
          label="Form of the evidence"
          tabs={tabs}
          value={chosen}
          onChange={choose}
          before={title === undefined ? undefined : <span className="font-strong">{title}</span>}
          after={note}
        />
      )}
      {foot !== undefined && <div className="flex flex-wrap items-center gap-x-3 text-label text-ink-3">{foot}</div>}
    </div>
  );
}

function evidenceTabs({ bytes, opcodes, decompiled, raw }: EvidenceFacts): { id: string; label: string; content: ReactNode }[] {
  const tabs: { id: string; label: string; content: ReactNode }[] = [];
  if (bytes) tabs.push({ id: 'bytes', label: 'Bytes', content: <HexView {...bytes} /> });
  if (opcodes && opcodes.length > 0) tabs.push({ id: 'opcodes', label: 'Opcodes', content: <OpcodeList opcodes={opcodes} /> });
  if (decompiled !== undefined)
    tabs.push({ id: 'decompiled', label: 'Decompiled', content: <Copyable text={decompiled} label="Decompiled code" /> });
  if (raw !== undefined) tabs.push({ id: 'raw', label: 'Raw', content: <Copyable text={raw} label="Raw text" /> });
  return tabs.map((tab) => ({ ...tab, content: <div className="mt-2.5">{tab.content}</div> }));
}

function Copyable({ text, label }: { text: string; label: string }) {
  return (
    <div className="relative">
      <CodeBlock text={text} label={label} />
      <span className="absolute top-1 right-1">
        <CopyButton text={text} label={`Copy: ${label}`} />
      </span>
    </div>
  );
}

/** Ground and underline of each range: never colour alone. */
const rangeLooks = [
  'bg-critical-tint text-critical-ink font-strong underline decoration-2 decoration-solid underline-offset-4',
  'bg-medium-tint text-medium-ink underline decoration-2 decoration-dashed underline-offset-4',
  'bg-critical text-on-critical font-strong',
  'bg-low-tint text-low-ink underline decoration-2 decoration-dotted underline-offset-4',
  'bg-info-tint text-info-ink underline decoration-2 decoration-double underline-offset-4',
] as const;
const lookOf = (range: number | null): string => (range === null ? '' : (rangeLooks[range % rangeLooks.length] ?? ''));
const letterOf = (range: number): string => String.fromCharCode(65 + (range % 26));

function HexView({ data, start, ranges }: { data: Uint8Array; start: number; ranges: readonly ByteRange[] }) {
  const rows = hexRows(data, start, ranges);
  return (
    <>
      <ScrollRegion label="Bytes" className="max-h-80 rounded-control border border-line bg-sunken px-3.5 py-2">
        <pre className="mono text-code text-ink-2">
          {rows.map(({ offset, cells }) => (
            <div key={offset} className="flex gap-6 whitespace-pre">
              <span className="text-ink-3 select-none">{offset.toString(16).padStart(6, '0')}</span>
              <span>
                <HexRuns cells={cells.slice(0, 8)} />
                {'  '}
                <HexRuns cells={cells.slice(8)} />
              </span>
              <span>
                {runsOf(cells).map(({ range, cells: run }) => (
                  <span key={run[0]?.offset} className={lookOf(range)}>
                    {run.map(({ text }) => text).join('')}
                  </span>
                ))}
              </span>
            </div>
          ))}
        </pre>
      </ScrollRegion>
      <ol className="mt-2.5 grid gap-1.5">
        {ranges.map(({ offset, meaning }, range) => (
          <li key={`${offset} ${meaning}`} className="flex items-baseline gap-2.5">
            <span
              className={classNames(
                'mono inline-flex size-4.5 flex-none items-center justify-center rounded-tag text-mark font-strong no-underline',
                lookOf(range),
              )}
            >
              {letterOf(range)}
            </span>
            <span className="mono text-code text-ink-2">byte 0x{offset.toString(16).padStart(2, '0')}</span>
            <span className="min-w-0 text-ink-2">
              <InertText text={meaning} limit={300} />
            </span>
          </li>
        ))}
      </ol>
    </>
  );
}

function HexRuns({ cells }: { cells: Parameters<typeof runsOf>[0] }) {
  return runsOf(cells).map(({ range, cells: run }, place) => (
    <span key={run[0]?.offset}>
      {place > 0 && ' '}
      <span className={lookOf(range)}>{run.map(({ hex }) => hex).join(' ')}</span>
    </span>
  ));
}

function OpcodeList({ opcodes }: { opcodes: readonly Opcode[] }) {
  return (
    <ScrollRegion label="Opcodes" className="max-h-80 rounded-control border border-line bg-sunken px-3 py-1.5">
      <table className="mono text-code">
        <thead className="sr-only">
          <tr>
            <th scope="col">Byte</th>
            <th scope="col">Opcode</th>
            <th scope="col">Argument</th>
          </tr>
        </thead>
        <tbody>
          {opcodes.map(({ offset, name, argument, marked }) => (
            <tr key={`${offset} ${name}`} className="align-top">
              <td className="pr-4 text-ink-3">0x{offset.toString(16).padStart(2, '0')}</td>
              <td className="pr-4 text-ink-2">{name}</td>
              <td className="whitespace-pre-wrap">
                {argument !== null && (
                  <InertText
                    text={argument}
                    limit={2000}
                    className={
                      marked ? 'rounded-tag px-0.5 bg-critical-tint font-strong text-critical-ink underline underline-offset-3' : ''
                    }
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
