/** Signed checkpoints, newest first, as they are published. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { formatNumber } from '../../../ui/format.ts';
import { CodeBlock } from '../../../ui/inert-text.tsx';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { listCheckpoints } from '../contract.ts';

const shown = 8;

export function CheckpointSection() {
  const checkpoints = useEndpoint(listCheckpoints, { limit: shown });
  return (
    <Section title="Checkpoints" note={`The newest ${shown}; one is signed every 1,000 entries or 60 s`}>
      <Loaded
        answer={checkpoints}
        lines={4}
        waitsFor="the checkpoints"
        empty={<EmptyNote title="No checkpoint yet">The first one is signed within a minute of the first entry.</EmptyNote>}
      >
        {({ items }) => (
          <ul className="divide-y divide-line border-y border-line">
            {items.map(({ size, root, note, madeAt }) => (
              <li key={size} className="py-1.5">
                <details>
                  <summary className="finger flex cursor-pointer flex-wrap items-center gap-x-3 gap-y-1">
                    <span className="font-name tabular-nums">{formatNumber(size)}</span>
                    <span className="mono min-w-0 flex-1 truncate text-mark text-ink-2">{root}</span>
                    <span className="text-ink-2">
                      <RelativeTime at={madeAt} />
                    </span>
                  </summary>
                  <div className="grid gap-2 py-2">
                    <CodeBlock label={`Signed note of ${size} entries`} text={note} />
                    <CopyButton text={note} label="Copy the note" />
                  </div>
                </details>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}
