/** Text from outside, shown as it is and doing nothing: no markup, no links, invisible characters as codes. */
import { classNames } from './class-names.ts';
import { inertParts } from './inert.ts';
import { ScrollRegion } from './scroll-region.tsx';

export function InertText({ text, limit = 20_000, className }: { text: string; limit?: number; className?: string }) {
  return (
    <bdi className={classNames('break-words', className)}>
      {inertParts(text, limit).map(({ text: part, code }, place) =>
        code ? (
          <span
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text, never reordered
            key={place}
            className="mono mx-px rounded-tag border border-dashed border-line-strong px-0.5 text-[0.9em] text-ink-3 select-none"
          >
            {part}
          </span>
        ) : (
          part
        ),
      )}
    </bdi>
  );
}

/** A short piece of code or a path inside a sentence. */
export function InertCode({ text }: { text: string }) {
  return (
    <code className="rounded-tag bg-sunken px-1 py-0.5 text-[0.92em]">
      <InertText text={text} limit={400} />
    </code>
  );
}

/** A block of code or a command: scrolls inside itself. */
export function CodeBlock({ text, label, tone = 'plain' }: { text: string; label: string; tone?: 'plain' | 'critical' }) {
  return (
    <ScrollRegion
      label={label}
      className={classNames(
        'rounded-control border px-3.5 py-2.5',
        tone === 'critical' ? 'border-critical bg-critical-tint' : 'border-line bg-sunken text-ink-2',
      )}
    >
      <pre className="mono text-code">
        <InertText text={text} className="whitespace-pre" />
      </pre>
    </ScrollRegion>
  );
}
