/** Paths that a document of a model repository hands to a loader. */
import type { Where } from '../../../contract/finding.ts';
import type { ExternalPathFact } from '../engine/artefact.ts';
import type { Draft } from '../engine/reader.ts';
import { isAddress, leavesFolder } from '../readers/archives/archive-path.ts';

const mostPaths = 1000;

export type NamedPath = {
  readonly text: string;
  readonly purpose: ExternalPathFact['purpose'];
  readonly where: Where;
  readonly effect?: ExternalPathFact['effect'];
};

/** Adds a fact only for a path that leaves the folder, or an address. @returns whether it does. */
export function addPath({ text, purpose, where, effect }: NamedPath, draft: Draft): boolean {
  if (!leavesFolder(text)) return false;
  if (draft.externalPaths.length < mostPaths)
    draft.externalPaths.push({
      text: text.slice(0, 1000),
      purpose,
      leavesFolder: true,
      effect: effect ?? (isAddress(text) ? 'net' : 'fs-read'),
      where,
    });
  return true;
}

/** Climbs out with `..`: unlike an absolute path, which is often left over from where the model was made, nobody writes it by accident. */
export function climbsOut(text: string): boolean {
  const forward = text.replaceAll('\\', '/');
  return leavesFolder(forward) && !forward.startsWith('/') && !/^[A-Za-z]:|^~/.test(forward) && !isAddress(forward);
}

/** `package.module.name` → the file that is imported for it: `package/module.py`; null for what is no such name. */
export function moduleFile(dotted: string): string | null {
  const parts = /^[A-Za-z_]\w{0,100}(?:\.[A-Za-z_]\w{0,100}){1,10}$/.test(dotted.trim()) ? dotted.trim().split('.') : [];
  return parts.length < 2 ? null : `${parts.slice(0, -1).join('/')}.py`;
}

/** Adds that building or installing the package runs this file of it. */
export function addBuildStep(file: string, by: string, where: Where, draft: Draft): void {
  if (draft.activations.length < mostPaths) draft.activations.push({ file: file.slice(0, 500), by, builds: true, where });
}

/** Adds that a loader imports this file of the folder. */
export function addActivation(file: string, by: string, where: Where, draft: Draft): void {
  if (draft.activations.length < mostPaths) draft.activations.push({ file: file.slice(0, 500), by, where });
}
