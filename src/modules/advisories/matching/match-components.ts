/** Stored components against imported advisories, batch by batch. */
import type { Context } from '../../../contract/actor.ts';
import { transaction } from '../../../platform/database/database.ts';
import { type MatchDraft, readAdvisoriesFor, readComponents, replaceMatches } from './component-store.ts';
import { asPython } from './conda.ts';
import { advisoryIndex, clusters, matchComponent } from './match.ts';

const componentsAStep = 1000;
const firstId = '00000000-0000-0000-0000-000000000000';

export type Matched = { readonly components: number; readonly affected: number };

/**
 * Compares every component, or those at or below a path, and replaces what was known about each. Safe to run again.
 * @returns how many were compared, and how many of them an advisory speaks about for sure or by their newest version.
 */
export async function matchStored(
  root: string | null,
  { context, progress = () => {} }: { context: Context; progress?: (done: number) => void },
): Promise<Matched> {
  let after = firstId;
  let components = 0;
  let affected = 0;
  for (;;) {
    const step = await transaction(context, () => matchSome(after, root));
    components += step.components;
    affected += step.affected;
    progress(components);
    if (step.last === null || context.signal.aborted) return { components, affected };
    after = step.last;
  }
}

async function matchSome(after: string, root: string | null): Promise<Matched & { last: string | null }> {
  const components = await readComponents(after, componentsAStep, root);
  if (components.length === 0) return { components: 0, affected: 0, last: null };
  const packages = [
    ...new Map(components.map(asPython).map(({ ecosystem, name }) => [`${ecosystem}\0${name}`, { ecosystem, name }])).values(),
  ];
  const index = advisoryIndex(await readAdvisoriesFor(packages));
  const drafts = components.flatMap((component): MatchDraft[] =>
    clusters(matchComponent(index, component), component.ecosystem).map((cluster) => ({ component, cluster })),
  );
  await replaceMatches(components, drafts);
  const spoken = new Set(
    drafts.filter(({ cluster: { state } }) => state === 'affected' || state === 'possible').map(({ component }) => component.id),
  );
  return {
    components: components.length,
    affected: spoken.size,
    last: components.length < componentsAStep ? null : (components.at(-1)?.id ?? null),
  };
}
