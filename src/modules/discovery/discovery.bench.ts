/** How much of what was planted is found, and how much of what is found was planted. */
import { discover } from './discover.ts';
import { seededTree } from './test-seeded-tree.ts';
import { memoryTree } from './tree/tree.ts';

let measured: { readonly recall: number; readonly precision: number } | undefined;

/** A hit is right when one of its places was planted with its kind; a planted thing is found when a hit of its kind names its place. */
function measure(): { readonly recall: number; readonly precision: number } {
  if (measured) return measured;
  const { files, planted } = seededTree(12);
  const { hits } = discover(memoryTree(files));
  const found = new Set(hits.flatMap(({ kind, where }) => where.map(({ path }) => `${kind} ${path}`)));
  const right = hits.filter(({ kind, where }) => where.some(({ path }) => planted.has(`${kind} ${path}`)));
  measured = {
    recall: ([...planted].filter((thing) => found.has(thing)).length / planted.size) * 100,
    precision: (right.length / Math.max(1, hits.length)) * 100,
  };
  return measured;
}

export const benches = [
  {
    name: 'discovery recall: planted things of every kind that are found',
    bar: 100,
    unit: '%',
    atLeast: true,
    run: async () => measure().recall,
  },
  {
    name: 'discovery precision: hits that were planted, among look-alikes',
    bar: 98,
    unit: '%',
    atLeast: true,
    run: async () => measure().precision,
  },
];
