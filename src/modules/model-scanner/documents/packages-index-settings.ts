/** Indexes, registries and channels of a project or of a person, outside its manifest: uv, conda, yarn, bun, Cargo. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import { isOwnList, type PackageList, readList } from '../packages/package-list.ts';
import { sayExtraIndex, sayIndex, sayOnlyIndex } from '../packages/source-practice.ts';
import { entriesOf, listOf, textOf, under } from '../packages/value.ts';

type Say = (list: PackageList, address: string, where: ReturnType<TextDocument['placeOf']>) => void;
type Path = readonly (string | number)[];

export default defineDocument({
  format: 'package-index-settings',
  role: 'config',
  syntaxes: ['toml', 'yaml'],
  names: /^(?:uv\.toml|\.?condarc|\.mambarc|\.yarnrc\.ya?ml|\.?bunfig\.toml)$/,
  paths: /(?:^|\/)\.cargo\/config(?:\.toml)?$/,
  is: (document) => isOwnList(document) && document.root instanceof Map,
  read: readList((document, list) => readerOf(document.name)(document, list)),
});

function readerOf(name: string): (document: TextDocument, list: PackageList) => void {
  if (name === 'uv.toml') return readUv;
  if (name.startsWith('.yarnrc')) return readYarn;
  if (name.endsWith('bunfig.toml')) return readBun;
  return name.startsWith('config') ? readCargo : readConda;
}

function sayInto(document: TextDocument, list: PackageList) {
  return (address: string | null, path: Path, say: Say): void => {
    if (address !== null) say(list, address, document.placeOf(path));
  };
}

/** @source uv documentation, "Settings". */
function readUv(document: TextDocument, list: PackageList): void {
  const { root } = document;
  const say = sayInto(document, list);
  for (const [at, index] of listOf(under(root, 'index')).entries()) {
    const isBound = under(index, 'explicit') === true;
    say(textOf(under(index, 'url')), ['index', at], under(index, 'default') === true ? sayOnlyIndex : isBound ? sayIndex : sayExtraIndex);
  }
  for (const section of [[], ['pip']]) {
    say(textOf(under(root, ...section, 'index-url')), [...section, 'index-url'], sayOnlyIndex);
    for (const [at, address] of listOf(under(root, ...section, 'extra-index-url')).entries())
      say(textOf(address), [...section, 'extra-index-url', at], sayExtraIndex);
    for (const [at, address] of listOf(under(root, ...section, 'find-links')).entries())
      say(textOf(address), [...section, 'find-links', at], sayIndex);
    for (const [at, host] of listOf(under(root, ...section, 'allow-insecure-host')).entries())
      say(textOf(host), [...section, 'allow-insecure-host', at], sayUnchecked);
    if (textOf(under(root, ...section, 'index-strategy'))?.startsWith('unsafe-'))
      list.practice(
        'several-indexes',
        {
          detail: 'All indexes may answer for a name, and the best version wins: a private name can be taken on the public one.',
          text: 'index-strategy',
        },
        document.placeOf([...section, 'index-strategy']),
      );
  }
}

/** @source conda documentation, ".condarc". */
function readConda(document: TextDocument, list: PackageList): void {
  const { root } = document;
  const say = sayInto(document, list);
  for (const key of ['channels', 'default_channels'])
    for (const [at, address] of listOf(under(root, key)).entries()) say(textOf(address), [key, at], sayIndex);
  say(textOf(under(root, 'channel_alias')), ['channel_alias'], sayOnlyIndex);
  const checks = under(root, 'ssl_verify');
  if (checks === false || checks === 'false') sayUnchecked(list, 'every channel', document.placeOf(['ssl_verify']));
}

/** @source Yarn documentation, ".yarnrc.yml". Its own releases and plug-ins lie in `.yarn`. */
function readYarn(document: TextDocument, list: PackageList): void {
  const { root } = document;
  const say = sayInto(document, list);
  say(textOf(under(root, 'npmRegistryServer')), ['npmRegistryServer'], sayOnlyIndex);
  for (const [scope] of entriesOf(under(root, 'npmScopes')).slice(0, 200))
    say(textOf(under(root, 'npmScopes', scope, 'npmRegistryServer')), ['npmScopes', scope, 'npmRegistryServer'], sayIndex);
  if (under(root, 'enableStrictSsl') === false) sayUnchecked(list, 'every registry', document.placeOf(['enableStrictSsl']));
  for (const [at, host] of listOf(under(root, 'unsafeHttpWhitelist')).entries())
    say(textOf(host), ['unsafeHttpWhitelist', at], sayUnchecked);
  const plugins = listOf(under(root, 'plugins')).map(
    (plugin, at) => [textOf(plugin) ?? textOf(under(plugin, 'path')), ['plugins', at]] as const,
  );
  for (const [path, place] of [[textOf(under(root, 'yarnPath')), ['yarnPath']] as const, ...plugins])
    if (path !== null && !ownRelease.test(path)) say(path, place, sayProgram);
}

/** @source Bun documentation, "bunfig.toml". */
function readBun(document: TextDocument, list: PackageList): void {
  const say = sayInto(document, list);
  const registry = under(document.root, 'install', 'registry');
  say(textOf(registry) ?? textOf(under(registry, 'url')), ['install', 'registry'], sayOnlyIndex);
}

/** @source The Cargo Book, "Configuration". */
function readCargo(document: TextDocument, list: PackageList): void {
  const { root } = document;
  const say = sayInto(document, list);
  for (const [name] of entriesOf(under(root, 'source')).slice(0, 200))
    say(bare(textOf(under(root, 'source', name, 'registry'))), ['source', name, 'registry'], sayIndex);
  for (const [name] of entriesOf(under(root, 'registries')).slice(0, 200))
    say(bare(textOf(under(root, 'registries', name, 'index'))), ['registries', name, 'index'], sayIndex);
  for (const key of ['rustc', 'rustc-wrapper', 'rustc-workspace-wrapper', 'rustdoc']) {
    const program = textOf(under(root, 'build', key));
    if (program !== null && /^\.{0,2}\/|^[^/]+\//.test(program) && !program.startsWith('/usr/')) say(program, ['build', key], sayProgram);
  }
}

const bare = (address: string | null): string | null => address?.replace(/^(?:sparse|registry)\+/, '') ?? null;

/** @source Yarn documentation, "yarn set version", "yarn plugin import". */
const ownRelease = /^(?:\.\/)?\.yarn\/(?:releases\/yarn-?[\w.-]{0,60}|plugins\/@yarnpkg\/plugin-[\w.-]{1,100})\.[cm]?js$/;

const sayProgram: Say = (list, program, where) =>
  list.practice(
    'runs-own-program',
    { detail: 'The setting names a program of the project, which runs with the next command here.', text: program },
    where,
  );

const sayUnchecked: Say = (list, host, where) =>
  list.practice(
    'trusted-host',
    { detail: `Certificates of ${host.slice(0, 200)} are not checked: whoever sits between can replace packages.`, text: host },
    where,
  );
