/** The documents that are made from running code: one OpenAPI document per door, and the table of settings. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Door, Endpoint } from '../../src/contract/endpoint.ts';
import type { SettingRow } from '../../src/platform/config.ts';
import { fileText, type GeneratedFile, type Generator } from './generated.ts';

/** Imported when asked, not at the top: the lists they read may have been written a moment ago. */
export const documents: Generator = {
  name: 'documents',
  files: async (base) => [...(await openapiFiles(base)), await settingsFile(base)],
};

type OpenapiModule = { openapiDocument(door: Door, endpoints: readonly Endpoint[]): unknown };
type ContractsModule = { readonly endpoints: readonly Endpoint[] };
type ServicesModule = {
  readonly serviceDoors: readonly { readonly door: Door; routes(): Promise<readonly { readonly endpoint: Endpoint }[]> }[];
};

async function openapiFiles(base: string): Promise<GeneratedFile[]> {
  const { openapiDocument } = await load<OpenapiModule>(base, 'src/platform/http/openapi.ts');
  const { endpoints } = await load<ContractsModule>(base, 'src/apps/contracts.generated.ts');
  const { serviceDoors } = await load<ServicesModule>(base, 'src/apps/services.ts');
  const answered = await Promise.all(
    serviceDoors.map(async ({ door, routes }) => ({ door, endpoints: (await routes()).map(({ endpoint }) => endpoint) })),
  );
  const doors = [{ door: 'product' as Door, endpoints }, ...answered];
  return doors.map(({ door, endpoints: offered }) => ({
    path: `docs/api/${door}.openapi.json`,
    text: `${JSON.stringify(openapiDocument(door, offered), null, 2)}\n`,
  }));
}

async function settingsFile(base: string): Promise<GeneratedFile> {
  const { settingsTable } = await load<{ settingsTable(): readonly SettingRow[] }>(base, 'src/platform/config.ts');
  const rows = settingsTable().map(
    ({ name, says, fallback, secret }) => `| \`${name}\` | ${cell(says)} | ${cell(fallback)} | ${secret ? 'yes' : ''} |`,
  );
  return {
    path: 'docs/configuration.md',
    text: fileText(
      '# Settings',
      'Every setting is an environment variable, read once at the start and refused with a sentence when it is not valid. This page is written by `npm run generate`.',
      ['| setting | meaning | default | secret |', '|---|---|---|---|', ...rows],
    ),
  };
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

async function load<T>(base: string, path: string): Promise<T> {
  const file = join(base, path);
  if (!existsSync(file)) throw new Error(`${path} is missing.`);
  // A file of ours with a known face; the import cannot be static because generation may have just written what it imports.
  return (await import(pathToFileURL(file).href)) as T;
}
