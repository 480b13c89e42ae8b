/** After the walk: folders that are model repositories and say nowhere what anybody may do with them. */
import licenceMissing from '../detectors/licence-missing.ts';
import { artefactWithPractices } from '../engine/artefact-practices.ts';
import type { FileReport } from '../engine/file-report.ts';
import { findingOf } from '../engine/make-finding.ts';
import { rootPlace } from '../engine/place.ts';
import { withFindings } from './licence-chain.ts';

const asWritten = { redacted: (text: string) => text };

/**
 * Adds a finding to the card or configuration of each model repository without a licence: a folder with weights and one of the two, where no
 * file of the folder names a licence and no card or LICENSE of the folders above does. The parts of a pipeline are one repository.
 *
 * A bare file of weights is none, and weights inside an archive are the archive's own affair. @param reports of one whole scan, never of some
 * files of a folder: what was not looked at may be the licence. @returns them in the same order. Pure; O(files · depth of folders).
 */
export function withRepositoryLicences(reports: readonly FileReport[]): FileReport[] {
  const folders = foldersOf(reports);
  const unlicensed = new Map<string, FileReport>();
  for (const [name, folder] of folders) {
    if (!folder.weights || folder.described === null || isLicensed(name, folders)) continue;
    const parent = folderOf(name);
    const pipeline = name === '' ? undefined : folders.get(parent)?.pipeline;
    if (pipeline) unlicensed.set(parent, pipeline);
    else unlicensed.set(name, folder.described);
  }
  const outermost = [...unlicensed].filter(([name]) => !aboveOf(name).some((above) => unlicensed.has(above)));
  const told = new Set(outermost.map(([, report]) => report));
  return reports.map((report) => (told.has(report) && !isTold(report) ? withFindings(report, findingsOn(report)) : report));
}

type Folder = {
  weights: boolean;
  /** Any fact about a licence; of the kind that speaks for the folders below too. */
  licensed: boolean;
  licensesBelow: boolean;
  /** The card, or else the configuration. */
  described: FileReport | null;
  pipeline: FileReport | null;
};

function foldersOf(reports: readonly FileReport[]): Map<string, Folder> {
  const folders = new Map<string, Folder>();
  for (const report of reports) {
    const name = folderOf(report.path);
    const folder = folders.get(name) ?? { weights: false, licensed: false, licensesBelow: false, described: null, pipeline: null };
    folders.set(name, folder);
    const file = report.path.slice(report.path.lastIndexOf('/') + 1).toLowerCase();
    const isCard = report.format === 'model-card';
    const isConfig = report.role === 'config' && file === 'config.json';
    if (report.role === 'model' && !isConfig) folder.weights = true;
    if (report.licences.length > 0) folder.licensed = true;
    if (report.licences.some(({ source }) => source === 'card' || source === 'licence-text')) folder.licensesBelow = true;
    if (isCard || (isConfig && folder.described === null)) folder.described = report;
    if (report.role === 'config' && file === 'model_index.json') folder.pipeline = report;
  }
  return folders;
}

function isLicensed(name: string, folders: ReadonlyMap<string, Folder>): boolean {
  return folders.get(name)?.licensed === true || aboveOf(name).some((above) => folders.get(above)?.licensesBelow === true);
}

/** A card that names no licence, or none that is known, has its finding already. */
function isTold({ findings }: FileReport): boolean {
  return findings.some(({ ruleId }) => ruleId === licenceMissing.id);
}

function findingsOn(report: FileReport) {
  const practice = {
    subject: 'repository' as const,
    code: 'repository-without-licence',
    detail:
      'Weights lie in this folder, and neither its files nor a card or LICENSE above it name a licence: nobody is allowed to use them.',
    text: '',
    certainty: 'possible' as const,
    where: rootPlace(report.path),
  };
  const artefact = artefactWithPractices([practice], practice.where);
  return licenceMissing.detect(artefact).map((detection) => findingOf(licenceMissing, detection, asWritten));
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folders that hold it, the nearest first; '' is the folder that was scanned. */
function aboveOf(folder: string): string[] {
  const above: string[] = [];
  for (let name = folder; name !== ''; ) {
    name = folderOf(name);
    above.push(name);
  }
  return above;
}
