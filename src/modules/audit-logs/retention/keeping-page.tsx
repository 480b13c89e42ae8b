/** What is kept of the audit log, for how long, and what may be erased: terms and months, legal holds, erasure, coverage. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { TextLink } from '../../../ui/button.tsx';
import { definePage } from '../../../ui/define-page.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Screen } from '../../../ui/screen.tsx';
import { Section } from '../../../ui/section.tsx';
import { readRetention } from '../contract.ts';
import { CoverageSection } from '../coverage/coverage-section.tsx';
import { ErasureSection } from '../sealed/erasure-section.tsx';
import { HoldSection } from './hold-section.tsx';
import { MonthTable, TermList } from './month-table.tsx';

function KeepingPage() {
  const retention = useEndpoint(readRetention, {});
  return (
    <Screen
      title="Keeping the audit log"
      subtitle={
        <>
          Entries stay seven years and cannot be changed; the personal parts beside them can be erased.{' '}
          <TextLink to="/audit-logs">To the entries</TextLink>
        </>
      }
    >
      <HoldSection />
      <ErasureSection />
      <CoverageSection />
      <Section title="Terms" note="No shorter than a law asks; an admin changes them by the API">
        <Loaded answer={retention} lines={3} waitsFor="the terms">
          {({ terms }) => <TermList terms={terms} />}
        </Loaded>
      </Section>
      <Section title="Months" note="Newest first">
        <Loaded answer={retention} lines={5} waitsFor="the months">
          {(data) => <MonthTable {...data} />}
        </Loaded>
      </Section>
    </Screen>
  );
}

export default definePage({
  path: '/audit-logs/keeping',
  title: 'Keeping the audit log',
  permission: 'audit-logs:read',
  group: null,
  icon: 'scroll-text',
  order: 91,
  Page: KeepingPage,
});
