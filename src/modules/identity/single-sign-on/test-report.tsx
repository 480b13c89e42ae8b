/** A test sign-in, check by check: what passed, what failed and what to do about it, what was never reached. */
import { useEffect, useRef } from 'react';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Button } from '../../../ui/button.tsx';
import { CodeBlock, InertText } from '../../../ui/inert-text.tsx';
import { Loaded } from '../../../ui/loaded.tsx';
import { useQueryValue } from '../../../ui/query-state.ts';
import { FullTime } from '../../../ui/relative-time.tsx';
import { Section } from '../../../ui/section.tsx';
import { Shape } from '../../../ui/shape.tsx';
import { readProviderTest, type TestReport } from '../contract.ts';

export function TestReportView({ id, test }: { id: string; test: string }) {
  const report = useEndpoint(readProviderTest, { id, test });
  const [, setTest] = useQueryValue('test');
  const close = useRef<HTMLButtonElement>(null);
  // Whoever comes back from the provider came for this; a keyboard begins here.
  useEffect(() => close.current?.focus(), []);
  return (
    <Section
      band
      title="Test sign-in"
      note={report.data && <FullTime at={report.data.startedAt} />}
      aside={
        <Button ref={close} size="small" kind="quiet" onClick={() => setTest(null)}>
          Close the report
        </Button>
      }
    >
      <Loaded answer={report} waitsFor="the report">
        {(data) => <Report report={data} />}
      </Loaded>
    </Section>
  );
}

function Report({ report: { checks, claims, finished } }: { report: TestReport }) {
  const failed = checks.find(({ outcome }) => outcome === 'failed');
  const passed = checks.filter(({ outcome }) => outcome === 'passed').length;
  return (
    <>
      <p className="mb-3 text-read font-name">{summaryOf({ finished, failed: failed !== undefined, passed, all: checks.length })}</p>
      <ol className="grid max-w-160 gap-2.5">
        {checks.map((check) => (
          <CheckLine key={check.id} check={check} />
        ))}
      </ol>
      {claims !== null && (
        <details className="mt-4 max-w-160">
          <summary className="finger cursor-pointer font-name text-ink-2">What the provider said about you</summary>
          <p className="mt-1 mb-2 text-label text-ink-3">Only you can read this, for an hour. Paste it below to try the rules.</p>
          <CodeBlock text={JSON.stringify(claims, null, 2)} label="Claims" />
        </details>
      )}
    </>
  );
}

function summaryOf({ finished, failed, passed, all }: { finished: boolean; failed: boolean; passed: number; all: number }): string {
  if (!finished) return 'The provider has not answered yet: the sign-in there was not ended, or it did not send you back.';
  if (failed) return `${passed} of ${all} checks passed. Nobody was signed in, and nothing was made.`;
  return `All ${all} checks passed. Nobody was signed in, and nothing was made.`;
}

const looks = {
  passed: { shape: 'ok', tone: 'ok', word: 'Passed' },
  failed: { shape: 'high', tone: 'high', word: 'Failed' },
  'not-reached': { shape: 'unknown', tone: 'unknown', word: 'Not reached' },
} as const;

function CheckLine({ check: { title, outcome, detail, remedy } }: { check: TestReport['checks'][number] }) {
  const { shape, tone, word } = looks[outcome];
  return (
    <li className="flex gap-2.5">
      <span className="mt-0.5">
        <Shape name={shape} tone={tone} label={word} />
      </span>
      <div className="min-w-0">
        <p className={outcome === 'not-reached' ? 'text-ink-3' : ''}>{title}</p>
        {detail !== null && (
          <p className="text-ink-2">
            <InertText text={detail} />
          </p>
        )}
        {remedy !== null && <p className="mt-0.5 font-name">{remedy}</p>}
      </div>
    </li>
  );
}
