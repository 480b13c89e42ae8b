/** Priorities come from risk: what this slice knows goes there as a question, the answer is kept beside the row. */
import { call } from '../../../platform/http/call.ts';
import { assessPriorities, type PriorityAnswer, type PriorityQuestion } from '../../risk/contract.ts';
import type { VulnerabilityRow } from '../table.ts';
import { millionths } from '../view.ts';

type Asked = Pick<
  VulnerabilityRow,
  | 'id'
  | 'assetId'
  | 'title'
  | 'severity'
  | 'mark'
  | 'source'
  | 'cvssScore'
  | 'kev'
  | 'epss'
  | 'malicious'
  | 'exposure'
  | 'criticality'
  | 'dataClasses'
  | 'fixKey'
  | 'remedy'
  | 'component'
  | 'assetName'
>;
export type Priorities = Pick<VulnerabilityRow, 'priority' | 'priorityLow' | 'priorityHigh' | 'unknownFactors'>;

function questionOf(row: Asked, at: Date): PriorityQuestion {
  return {
    vulnerabilityId: row.id,
    assetId: row.assetId,
    title: row.title,
    severity: row.severity,
    mark: row.mark,
    source: row.source,
    cvssScore: row.cvssScore,
    kev: row.kev,
    epss: row.epss,
    attackInArtefact: row.malicious,
    // A scanner saw it in the artefact; whether it is loaded at run time nobody has observed yet.
    presence: row.mark === 'static' ? 'present' : 'unknown',
    exposure: row.exposure,
    criticality: row.criticality,
    dataClasses: row.dataClasses,
    fix:
      row.fixKey === null
        ? null
        : { key: row.fixKey, action: row.remedy, target: row.component.startsWith('pkg:') ? row.component : row.assetName },
    control: null,
    at: at.toISOString(),
  };
}

const most = 1000;
/** Computes and stores the priorities of rows, by id. */
export async function prioritiesOf(rows: readonly Asked[], at: Date): Promise<Map<string, Priorities>> {
  const answers: PriorityAnswer[] = [];
  for (let from = 0; from < rows.length; from += most) {
    const { answers: some } = await call(assessPriorities, { questions: rows.slice(from, from + most).map((row) => questionOf(row, at)) });
    answers.push(...some);
  }
  return new Map(
    answers.map(({ vulnerabilityId, priority, low, high, unknownFactors }) => [
      vulnerabilityId,
      {
        priority: Math.round(priority * millionths),
        priorityLow: Math.round(low * millionths),
        priorityHigh: Math.round(high * millionths),
        unknownFactors,
      },
    ]),
  );
}
