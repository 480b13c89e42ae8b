/** Whether everything that must leave an entry has left one: counted where it comes in, where it is decided, and in the log. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { formatNumber } from '../../../ui/format.ts';
import { EmptyNote, Loaded } from '../../../ui/loaded.tsx';
import { FullTime, RelativeTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { type CoverageCount, readCoverage } from '../contract.ts';

const lastHours = { limit: 60 } as const;
const differences = { limit: 20, differing: true } as const;

export function CoverageSection() {
  const counts = useEndpoint(readCoverage, lastHours, { everyMs: 60_000 });
  const gaps = useEndpoint(readCoverage, differences, { everyMs: 60_000 });
  const empty = <EmptyNote title="Not counted yet">The first minute with a change or a refusal is counted when it is over.</EmptyNote>;
  return (
    <Section title="Coverage" note="Requests that must leave an entry, against the entries that are there; counted each minute">
      <Loaded answer={counts} lines={2} waitsFor="the counts" empty={empty}>
        {({ items }) => <Sum items={items} />}
      </Loaded>
      <Loaded
        answer={gaps}
        lines={1}
        waitsFor="the differences"
        empty={<p className="pt-2 text-ink-2">No difference was ever found here.</p>}
      >
        {({ items }) => (
          <ul className="mt-3 divide-y divide-line border-y border-line">
            {items.map((gap) => (
              <Gap key={`${gap.at} ${gap.process}`} {...gap} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  );
}

function Sum({ items }: { items: readonly CoverageCount[] }) {
  const decided = items.reduce((sum, one) => sum + one.decided, 0);
  const logged = items.reduce((sum, one) => sum + one.logged, 0);
  const [last] = items;
  return (
    <p>
      {formatNumber(logged)} entries for {formatNumber(decided)} requests in the newest {items.length} counted minutes
      {last !== undefined && (
        <>
          , last <RelativeTime at={last.at} />
        </>
      )}
      .
    </p>
  );
}

function Gap({ at, process, decided, logged, missing }: CoverageCount) {
  return (
    <li className="py-2">
      <p className="flex items-center gap-2">
        <Shape name="critical" tone="critical" /> <FullTime at={at} />, {process}: {formatNumber(decided)} requests, {formatNumber(logged)}{' '}
        entries
      </p>
      {missing.length > 0 && <p className="mono pt-1 text-mark break-all text-ink-2">without an entry: {missing.join(' ')}</p>}
    </li>
  );
}
