/** Every rule of the scanner: what it says, how grave it is, what it refers to, what to do. */
import { useMemo } from 'react';
import type { z } from 'zod';
import { useEndpoint } from '../../client/use-endpoint.ts';
import { Severity, severities } from '../../contract/severity.ts';
import { CountLine } from '../../ui/count-line.tsx';
import { definePage } from '../../ui/define-page.ts';
import { type FilterField, isAskedFor } from '../../ui/filter.ts';
import { FilterBar } from '../../ui/filter-bar.tsx';
import { EmptyNote, Loaded } from '../../ui/loaded.tsx';
import { Screen } from '../../ui/screen.tsx';
import { SeverityChip } from '../../ui/severity.tsx';
import { Tag } from '../../ui/tag.tsx';
import { useFilters } from '../../ui/use-filters.ts';
import { References } from './bills/references.tsx';
import { listRules, type Rule } from './contract.ts';

type OneRule = z.infer<typeof Rule>;
const axes = ['effect', 'integrity', 'posture'] as const;
const axisWords: Readonly<Record<OneRule['axis'], string>> = {
  effect: 'what loading does',
  integrity: 'what is not as it says',
  posture: 'what is unwise',
};
const fields: FilterField[] = [
  { key: 'axis', label: 'axis', kind: 'choice', choices: axes.map((value) => ({ value, label: value })) },
  { key: 'severity', label: 'severity', kind: 'choice', choices: severities.map((value) => ({ value, label: value })) },
];

function RulesPage() {
  const filters = useFilters(fields);
  const rules = useEndpoint(listRules, {});
  const all = rules.data?.rules;
  const text = filters.text.trim().toLowerCase();
  const shown = useMemo(
    () =>
      (all ?? []).filter(
        (rule) =>
          isAskedFor(filters, 'axis', rule.axis) &&
          isAskedFor(filters, 'severity', rule.severity) &&
          (text === '' || `${rule.id} ${rule.title} ${rule.remedy} ${rule.references.join(' ')}`.toLowerCase().includes(text)),
      ),
    [all, filters, text],
  );
  return (
    <Screen
      title="Rules"
      path={[{ label: 'Model scanner', to: '/model-scanner' }]}
      subtitle={`What the scanner looks for${rules.data === undefined ? '' : `, version ${rules.data.rulesVersion}`}.`}
      ready={all !== undefined}
      toolbar={
        <>
          <FilterBar fields={fields} filters={filters} placeholder="Words, rule or reference" />
          <CountLine shown={shown.length} total={all?.length} order="In the order of their ids" />
        </>
      }
    >
      <Loaded answer={rules} waitsFor="the scanner service">
        {() =>
          shown.length === 0 ? (
            <EmptyNote kind="no-match" title="No rule matches" />
          ) : (
            <ul>
              {shown.map((rule) => (
                <RuleLine key={rule.id} rule={rule} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Screen>
  );
}

function RuleLine({ rule }: { rule: OneRule }) {
  const severity = Severity.safeParse(rule.severity).data ?? 'unknown';
  return (
    <li id={rule.id} className="border-b border-line px-4 py-3 tablet:px-6">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <SeverityChip severity={severity} />
        <h2 className="text-row font-row">{rule.title}</h2>
        <span className="mono text-code text-ink-2">{rule.id}</span>
        <Tag>{axisWords[rule.axis]}</Tag>
      </div>
      <p className="mt-1 max-w-[72ch] text-ink-2">{rule.remedy}</p>
      <References ids={rule.references} />
    </li>
  );
}

export default definePage({
  path: '/model-scanner/rules',
  title: 'Scanner rules',
  permission: 'model-scanner:read',
  group: null,
  icon: 'list-checks',
  order: 0,
  Page: RulesPage,
});
