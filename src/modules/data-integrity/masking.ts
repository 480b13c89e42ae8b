/** Cell values are shown to those who hold the right to read them; others see their shape. */
import type { Actor } from '../../contract/actor.ts';
import type { AssessmentDetail, TableProfile } from './contract.ts';

export const seesValues = ({ permissions }: Actor): boolean => permissions.has('data-quality:read-values');

const longest = 40;
/** Letters become a or A, digits 9; the rest stays. Long values are cut. */
export function masked(value: string): string {
  const shape = value
    .slice(0, longest)
    .replaceAll(/\p{N}/gu, '9')
    .replaceAll(/[\p{L}\p{M}]/gu, (letter) => (/\p{Lu}/u.test(letter) ? 'A' : 'a'));
  return value.length > longest ? `${shape}…` : shape;
}

export function maskedColumns(columns: TableProfile['columns']): TableProfile['columns'] {
  return columns.map((column) => ({
    ...column,
    text:
      column.text === null ? null : { ...column.text, top: column.text.top.map(({ value, count }) => ({ value: masked(value), count })) },
  }));
}

type Values = Pick<AssessmentDetail, 'ingest' | 'drift' | 'anomalies' | 'poisoning' | 'groups'>;
/** Where cells stand in results: lines that could not be read, categories that came or went, odd values, labels. */
export function maskedResult<R extends Values>(result: R): R {
  const { ingest, drift, anomalies, poisoning, groups } = result;
  return {
    ...result,
    ingest: ingest === null ? null : { ...ingest, badRows: ingest.badRows.map((row) => ({ ...row, text: masked(row.text) })) },
    anomalies: anomalies === null ? null : { ...anomalies, ensemble: maskedEnsemble(anomalies.ensemble) },
    poisoning: poisoning === null ? null : maskedLabels(poisoning),
    groups: maskedGroups(groups),
    drift:
      drift === null
        ? null
        : {
            ...drift,
            columns: drift.columns.map((column) =>
              column.statistics?.kind === 'category'
                ? {
                    ...column,
                    statistics: {
                      ...column.statistics,
                      newCategories: column.statistics.newCategories.map(masked),
                      vanishedCategories: column.statistics.vanishedCategories.map(masked),
                    },
                  }
                : column,
            ),
          },
  };
}

/** The value of a group is a cell of each of its rows. */
function maskedGroups(groups: AssessmentDetail['groups']): AssessmentDetail['groups'] {
  if (groups === null || groups.status === 'unknown') return groups;
  return {
    ...groups,
    groups: groups.groups.map((group) => ({ ...group, value: masked(group.value) })),
    newGroups: groups.newGroups.map(masked),
    vanishedGroups: groups.vanishedGroups.map(masked),
  };
}

type Ensemble = NonNullable<AssessmentDetail['anomalies']>['ensemble'];
/** A number cannot be masked by its shape: what was expected stays, what was found goes. */
function maskedEnsemble(ensemble: Ensemble): Ensemble {
  if (ensemble === null || ensemble.status === 'unknown') return ensemble;
  const flagged = ensemble.flagged.map((row) => ({ ...row, columns: row.columns.map((column) => ({ ...column, value: null })) }));
  return { ...ensemble, flagged };
}

/** The sentence of a finding quotes what was found. */
const withheld = 'Shown to those who may read values.';
type Poisoning = NonNullable<AssessmentDetail['poisoning']>;
const maskedLabel = (label: string | null): string | null => (label === null ? null : masked(label));

function maskedLabels(poisoning: Poisoning): Poisoning {
  return {
    ...poisoning,
    classes: poisoning.classes.map((one) => ({ ...one, label: masked(one.label) })),
    flagged: poisoning.flagged.map((row) => ({ ...row, label: maskedLabel(row.label) })),
    families: poisoning.families.map((family) => ({
      ...family,
      findings: family.findings.map((finding) => ({ ...finding, label: maskedLabel(finding.label), what: withheld })),
    })),
  };
}
