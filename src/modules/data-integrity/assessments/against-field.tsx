/** What a new file is compared with: a baseline of the asset, or the file the asset has now. */
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Choice } from '../../../ui/controls.tsx';
import { inertLine } from '../../../ui/inert.ts';
import { ProblemNote } from '../../../ui/loaded.tsx';
import { type Baseline, type DataEnvironment, listBaselines, type TableSource } from '../contract.ts';

const file = 'file';
const mostListed = 100;

export type Against = {
  readonly value: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  readonly isLoading: boolean;
  readonly error: unknown;
};

/** @param chosen null: what stands to reason, the promoted baseline, or without one the file of the asset. */
export function useAgainst(place: { assetId: string; environment: DataEnvironment }, chosen: string | null, isAsked: boolean): Against {
  const known = useEndpoint(listBaselines, { ...place, limit: mostListed }, { enabled: isAsked });
  const baselines = (known.data?.items ?? []).filter(({ state }) => state !== 'expired');
  const choices = [...baselines.map((one) => ({ value: one.id, label: labelOf(one) })), { value: file, label: 'The file of the asset' }];
  const usual = baselines.find(({ state }) => state === 'promoted')?.id ?? file;
  const value = choices.some((choice) => choice.value === chosen) ? (chosen ?? usual) : usual;
  return { value, choices, isLoading: isAsked && known.isPending, error: known.error };
}

const labelOf = ({ name, version, state }: Baseline): string =>
  `Version ${version}: ${inertLine(name, 100)}${state === 'promoted' ? ' (followed now)' : ''}`;

/** As `POST /monitor` is asked. */
export function comparedWith(assetId: string, { value }: Against): { baselineId: string } | { reference: TableSource } {
  return value === file ? { reference: { asset: assetId } } : { baselineId: value };
}

export function AgainstField({ against, onChange }: { against: Against; onChange: (value: string) => void }) {
  const { value, choices, isLoading, error } = against;
  if (error !== null) return <ProblemNote error={error} />;
  if (isLoading) return <p className="text-ink-3">Looking for the baselines of the asset…</p>;
  return <Choice label="Compared with" value={value} choices={choices} onChange={onChange} />;
}
