/** Every package is pinned: what was tested is what is installed. */
import type { Complaint } from './complaint.ts';

const groups = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'] as const;
const exact = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;
type Manifest = Readonly<Partial<Record<(typeof groups)[number], Readonly<Record<string, string>>>>>;

export function checkVersions(manifestText: string, lockText: string): Complaint[] {
  const manifest = JSON.parse(manifestText) as Manifest;
  const locked = (JSON.parse(lockText) as { packages?: Record<string, Manifest> }).packages?.[''] ?? {};
  return groups.flatMap((group) =>
    Object.entries(manifest[group] ?? {}).flatMap(([name, version]) => {
      const path = 'package.json';
      if (!exact.test(version)) return [{ path, line: null, says: `${group}: ${name} is "${version}"; pin one exact version.` }];
      const inLock = locked[group]?.[name];
      return inLock === version
        ? []
        : [{ path, line: null, says: `${group}: ${name} is ${version} here and ${inLock ?? 'absent'} in package-lock.json.` }];
    }),
  );
}
