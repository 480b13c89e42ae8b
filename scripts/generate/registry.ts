/** The lists the processes start with: routes, jobs and subscriptions; endpoints and events; commands. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bytewise, listFiles } from '../files.ts';
import { type Export, exportsOf } from './exports.ts';
import { camelCase, fileText, type GeneratedFile, type Generator, listConstant, notice } from './generated.ts';

export const registry: Generator = {
  name: 'registry',
  files: async (base) => [listOfRoutes(base), await listOfContracts(base), listOfCommands(base)],
};

type SliceFile = { readonly slice: string; readonly path: string; readonly exports: readonly Export[] };

/** The slices that have a file of this name, in order, with what it exports. */
function slicesWith(base: string, name: string): SliceFile[] {
  const slices = new Set(listFiles(base, ['src/modules']).map((path) => path.split('/')[2] ?? ''));
  return [...slices]
    .map((slice) => ({ slice, path: `src/modules/${slice}/${name}` }))
    .filter(({ path }) => existsSync(join(base, path)))
    .map((found) => ({ ...found, exports: exportsOf(base, found.path) }));
}

const has = ({ exports }: SliceFile, name: string): boolean => exports.some((known) => known.name === name);

function requireExport(file: SliceFile, name: string): SliceFile {
  if (!has(file, name)) throw new Error(`${file.path} must export "${name}".`);
  return file;
}

function listOfRoutes(base: string): GeneratedFile {
  const routes = slicesWith(base, 'routes.ts').map((file) => requireExport(file, 'routes'));
  const background = slicesWith(base, 'jobs.ts');
  const lists: { readonly name: string; readonly type: string; readonly files: readonly SliceFile[] }[] = [
    { name: 'routes', type: 'Route', files: routes },
    { name: 'jobs', type: 'JobDefinition', files: background.filter((file) => has(file, 'jobs')) },
    { name: 'subscriptions', type: 'Subscription', files: background.filter((file) => has(file, 'subscriptions')) },
  ];
  const imports = [...routes, ...background].flatMap((file) => importLine(file, lists));
  return {
    path: 'src/apps/registry.generated.ts',
    text: fileText(
      notice,
      [...registryTypes, ...imports.sort()],
      ...lists.map(({ name, type, files }) =>
        listConstant(
          `${name}: readonly ${type}[]`,
          files.map(({ slice }) => `...${local(slice, name)}`),
        ),
      ),
    ),
  };
}

const registryTypes = [
  "import type { Subscription } from '../platform/events/subscribe.ts';",
  "import type { Route } from '../platform/http/handle.ts';",
  "import type { JobDefinition } from '../platform/jobs/jobs.ts';",
];

const local = (slice: string, name: string): string => camelCase(`${slice}-${name}`);

function importLine(
  { slice, path }: SliceFile,
  lists: readonly { readonly name: string; readonly files: readonly SliceFile[] }[],
): string[] {
  const names = lists.filter(({ files }) => files.some((file) => file.path === path)).map(({ name }) => `${name} as ${local(slice, name)}`);
  return names.length === 0 ? [] : [`import { ${names.join(', ')} } from '../${path.slice('src/'.length)}';`];
}

/**
 * `src/contract` holds the platform's own endpoints (events, jobs); every slice adds its contract.ts.
 * Contracts are data over zod, so they are imported and looked at: an endpoint made by a slice's own shorthand is found too.
 */
async function listOfContracts(base: string): Promise<GeneratedFile> {
  const ground = listFiles(base, ['src/contract'])
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => ({ space: camelCase(`ground-${basename(path, '.ts')}`), path }));
  const slices = slicesWith(base, 'contract.ts').map(({ slice, path }) => ({ space: camelCase(slice), path }));
  const contracts = await Promise.all([...ground, ...slices].map((file) => readContract(base, file)));
  const used = contracts.filter(({ endpoints, events }) => endpoints.length + events.length > 0);
  return {
    path: 'src/apps/contracts.generated.ts',
    text: fileText(
      notice,
      [
        "import type { Endpoint } from '../contract/endpoint.ts';",
        "import type { EventKind } from '../contract/event.ts';",
        ...used.map(({ space, path }) => `import * as ${space} from '../${path.slice('src/'.length)}';`),
      ],
      listConstant(
        'endpoints: readonly Endpoint[]',
        used.flatMap(({ endpoints }) => endpoints),
      ),
      listConstant(
        'events: readonly EventKind[]',
        used.flatMap(({ events }) => events),
      ),
    ),
  };
}

type Contract = {
  readonly space: string;
  readonly path: string;
  readonly endpoints: readonly string[];
  readonly events: readonly string[];
};

async function readContract(base: string, { space, path }: { readonly space: string; readonly path: string }): Promise<Contract> {
  const exported: Record<string, unknown> = await import(pathToFileURL(join(base, path)).href);
  const namesOf = (fields: readonly string[]): string[] =>
    Object.keys(exported)
      .filter((name) => hasFields(exported[name], fields))
      .sort(bytewise)
      .map((name) => `${space}.${name}`);
  return { space, path, endpoints: namesOf(['method', 'path', 'tag', 'operation']), events: namesOf(['type', 'payload', 'visibleTo']) };
}

function hasFields(value: unknown, fields: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && fields.every((field) => field in value);
}

function listOfCommands(base: string): GeneratedFile {
  const commands = slicesWith(base, 'command.ts').map((file) => requireExport(file, 'register'));
  return {
    path: 'src/apps/cli/commands.generated.ts',
    text: fileText(
      notice,
      [
        "import type { Command } from 'commander';",
        ...commands.map(({ slice, path }) => `import { register as ${camelCase(slice)} } from '../../${path.slice('src/'.length)}';`),
      ],
      listConstant(
        'registrations: readonly ((program: Command) => void)[]',
        commands.map(({ slice }) => camelCase(slice)),
      ),
    ),
  };
}
