/** What deserves an alert. */
import type { Severity } from '../../../contract/severity.ts';
import type { DataAlertKind } from '../contract.ts';

/** One thing that deserves a look. The same kind, column and subject is the same alert. */
export type Candidate = {
  readonly kind: DataAlertKind;
  readonly column: string | null;
  /** What else tells two alerts apart: the rule's id. */
  readonly subject: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  readonly value: number | null;
  readonly threshold: number | null;
};
