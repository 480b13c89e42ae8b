/** Lists of plug-ins: one file, one default export made by the kind's own function. */
import { basename } from 'node:path';
import { listFiles } from '../files.ts';
import { exportsOf } from './exports.ts';
import { camelCase, fileText, type GeneratedFile, type Generator, listConstant, notice } from './generated.ts';

type Kind = {
  readonly slice: string;
  readonly folder: string;
  readonly type: string;
  /** The file beside the folder that declares `type` and `maker`. */
  readonly face: string;
  readonly maker: string;
};

/** A new kind of plug-in is one line here. */
const kinds: readonly Kind[] = [
  { slice: 'src/modules/model-scanner', folder: 'detectors', type: 'Detector', face: './engine/detector.ts', maker: 'defineDetector' },
  { slice: 'src/modules/model-scanner', folder: 'readers', type: 'Reader', face: './engine/reader.ts', maker: 'defineReader' },
  { slice: 'src/modules/model-scanner', folder: 'documents', type: 'DocumentKind', face: './engine/document.ts', maker: 'defineDocument' },
  { slice: 'src/modules/incidents', folder: 'actions', type: 'Action', face: './action.ts', maker: 'defineAction' },
];

export const plugIns: Generator = {
  name: 'plug-ins',
  files: (base) => kinds.map((kind) => listOfKind(base, kind)),
};

function listOfKind(base: string, { slice, folder, type, face, maker }: Kind): GeneratedFile {
  const names = listFiles(base, [`${slice}/${folder}`])
    .filter((path) => path.endsWith('.ts') && !/\.(test|bench|d)\.ts$/.test(path))
    .filter((path) => exportsOf(base, path).some((known) => known.name === 'default' && known.maker === maker))
    .map((path) => path.slice(slice.length + 1));
  const imports = names.map((name) => `import ${identifier(name)} from './${name}';`);
  const list = listConstant(`${folder}: readonly ${type}[]`, names.map(identifier));
  return {
    path: `${slice}/${folder}.generated.ts`,
    text: fileText(notice, [`import type { ${type} } from '${face}';`, ...imports], list),
  };
}

const identifier = (name: string): string => camelCase(basename(name, '.ts'));
