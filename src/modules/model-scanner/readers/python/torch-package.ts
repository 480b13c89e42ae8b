/** torch.package archives: pickles beside the Python sources they import when they are loaded. */
import { placeName } from '../../engine/place.ts';
import type { Archive } from '../archives/zip-archive.ts';

/** `.data/extern_modules` and `.data/version` under one folder. @source torch/package/package_exporter.py. */
export function isTorchPackage(names: ReadonlySet<string>): boolean {
  return [...names].some((name) => name.endsWith('.data/extern_modules') || name.endsWith('.data/python_version'));
}

/** Its sources are imported by the pickles inside: each counts as activated. */
export const openPackageMember: NonNullable<Archive['open']> = (member, { draft }) => {
  if (member.name.endsWith('.py') && draft.activations.length < 2000) {
    draft.activations.push({
      file: member.name.slice(member.name.lastIndexOf('/') + 1),
      by: `the package ${placeName(draft.where)}: its pickles import the sources inside`,
      // Named from its own folder.
      where: { ...member.place, offset: null, length: null },
    });
  }
  return false;
};
