/** What a batch of imported rows would do to the inventory, worked out in memory: rows see those before them. Pure. */
import { isProblem } from '../../../contract/problem.ts';
import { isOtherDepartment, type Judge } from '../../../platform/http/department-check.ts';
import { fieldsWritten } from '../asset.ts';
import { stateOf } from '../asset-view.ts';
import { type AssetDraft, assetProblems, type BalanceSheet, type Lifecycle } from '../contract.ts';
import { type Applied, applyDeclaration, type FieldState } from '../observing/provenance.ts';
import type { AssetRow } from '../table.ts';
import type { ImportedRow } from './import-rows.ts';

export type Outcome = BalanceSheet['rows'][number];
/** What the database knows about the ids, keys, names and types the batch mentions. */
export type Known = {
  readonly byId: ReadonlyMap<string, AssetRow>;
  readonly byKey: ReadonlyMap<string, AssetRow>;
  /** `type\0name` → the one live asset called so; null when several are. */
  readonly byName: ReadonlyMap<string, AssetRow | null>;
};
/** One asset as the batch leaves it. `row` is null for a new one. */
export type Pending = { readonly row: AssetRow | null; state: Applied; lifecycle: Lifecycle; readonly keys: Set<string>; changed: boolean };
export type Plan = { readonly outcomes: Outcome[]; readonly pending: readonly Pending[]; readonly denied: number };
type By = { readonly source: string; readonly at: string; readonly judge: Judge };

export function nameKey(draft: Pick<AssetDraft, 'name' | 'type' | 'asset_type'>): string {
  return `${draft.type ?? draft.asset_type ?? 'model'}\0${draft.name}`;
}

export function planImport(rows: readonly ImportedRow[], known: Known, by: By): Plan {
  const planner = new Planner(known, by);
  let denied = 0;
  const outcomes = rows.map((row): Outcome => {
    const about = { line: row.line, name: row.name };
    if ('reason' in row) return { ...about, outcome: 'rejected', reason: row.reason };
    try {
      return { ...about, outcome: planner.take(row.draft, row.id), reason: null };
    } catch (error) {
      if (!isProblem(error)) throw error;
      if (isOtherDepartment(error)) denied += 1;
      return { ...about, outcome: 'rejected', reason: error.message };
    }
  });
  return { outcomes, pending: planner.pending, denied };
}

class Planner {
  readonly pending: Pending[] = [];
  readonly #known: Known;
  readonly #by: By;
  readonly #ofRow = new Map<string, Pending>();
  readonly #ofKey = new Map<string, Pending>();
  readonly #ofName = new Map<string, Pending>();

  constructor(known: Known, by: By) {
    this.#known = known;
    this.#by = by;
  }

  take(draft: AssetDraft, id: string | null): 'new' | 'updated' | 'unchanged' {
    const said = fieldsWritten(draft);
    const target = this.#targetOf(draft, id);
    if (target === null) {
      const department = this.#by.judge.ofNew(said.department);
      const state = applyDeclaration(null, department === undefined ? said : { ...said, department }, this.#by);
      this.#keep({ row: null, state, lifecycle: draft.lifecycle ?? 'active', keys: new Set(draft.keys), changed: true }, draft);
      return 'new';
    }
    if (target.lifecycle === 'retired') throw assetProblems.retired({ name: target.state.fields.name });
    const next = applyDeclaration(target.state, said, this.#by);
    const lifecycle = draft.lifecycle ?? target.lifecycle;
    const isSame = next.changed.length === 0 && lifecycle === target.lifecycle;
    // A row that says what is there already changes nothing, so it is nobody's to refuse.
    if (!isSame || !this.#hasKeys(target, draft.keys ?? []))
      this.#by.judge.demand({ before: target.state.fields.department, after: next.fields.department });
    for (const key of draft.keys ?? []) target.keys.add(key);
    if (isSame) return 'unchanged';
    target.state = { ...next, changed: [...new Set([...target.state.changed, ...next.changed])] };
    target.lifecycle = lifecycle;
    target.changed = true;
    return 'updated';
  }

  /** Whether an import of these keys gives it none it has not. */
  #hasKeys({ row, keys: gathered }: Pending, keys: readonly string[]): boolean {
    return keys.every((key) => gathered.has(key) || (row !== null && this.#known.byKey.get(key)?.id === row.id));
  }

  /** Its id, else one of its keys, else the one asset of that name and type. */
  #targetOf(draft: AssetDraft, id: string | null): Pending | null {
    if (id !== null) {
      const row = this.#known.byId.get(id);
      if (!row) throw assetProblems.notFound({ id });
      return this.#pendingOf(row);
    }
    const keys = draft.keys ?? [];
    for (const key of keys) {
      const pending = this.#ofKey.get(key);
      if (pending) return pending;
      const row = this.#known.byKey.get(key);
      if (row) return this.#pendingOf(row);
    }
    if (keys.length > 0) return null;
    const pending = this.#ofName.get(nameKey(draft));
    if (pending) return pending;
    const row = this.#known.byName.get(nameKey(draft));
    return row ? this.#pendingOf(row) : null;
  }

  #pendingOf(row: AssetRow): Pending {
    const known = this.#ofRow.get(row.id);
    if (known) return known;
    const state: FieldState = stateOf(row);
    const pending: Pending = { row, state: { ...state, changed: [] }, lifecycle: row.lifecycle, keys: new Set(), changed: false };
    this.#ofRow.set(row.id, pending);
    this.pending.push(pending);
    return pending;
  }

  #keep(pending: Pending, draft: AssetDraft): void {
    this.pending.push(pending);
    for (const key of pending.keys) this.#ofKey.set(key, pending);
    this.#ofName.set(nameKey(draft), pending);
  }
}
