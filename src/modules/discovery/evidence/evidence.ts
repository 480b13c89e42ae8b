/** Everything one walk gathered, before it is related: facts with paths, by kind. */

import type { Place } from '../contract.ts';
import type { AgentConfig } from '../readers/agent-config.ts';
import type { CachedModel, CardFact, FolderModel, OllamaModel } from '../readers/card.ts';
import type { TrackedFile } from '../readers/dvc.ts';
import type { McpServer } from '../readers/mcp-config.ts';
import type { PromptFact } from '../readers/prompt.ts';
import type { Requirement } from '../readers/requirement.ts';
import type { ServingFact } from '../readers/serving.ts';
import type { ConfiguredModel, KeyName } from '../readers/setting.ts';
import type { TableFact } from '../readers/table-data.ts';
import type { FileFormat } from '../tree/file-format.ts';
import type { CodeUse } from './code-use.ts';
import type { SecretFact } from './secret.ts';

export type ArtefactFile = {
  readonly path: string;
  readonly folder: string;
  readonly name: string;
  readonly size: number;
  readonly format: FileFormat;
  readonly digest: string | null;
};
export type Evidence = {
  readonly root: string;
  /** Every file seen, by path. */
  readonly paths: Set<string>;
  /** Every folder that holds a file, and its parents. */
  readonly folders: Set<string>;
  readonly artefacts: ArtefactFile[];
  readonly tables: { readonly path: string; readonly folder: string; readonly size: number; readonly table: TableFact }[];
  readonly cards: Map<string, CardFact & { readonly path: string }>;
  readonly folderModels: Map<string, FolderModel & { readonly path: string }>;
  readonly snapshots: Map<string, CachedModel>;
  readonly ollama: { readonly path: string; readonly model: OllamaModel }[];
  readonly tracked: { readonly path: string; readonly folder: string; readonly fact: TrackedFile }[];
  readonly code: { readonly use: CodeUse; readonly notebook: boolean }[];
  readonly requirements: {
    readonly path: string;
    readonly folder: string;
    readonly method: 'manifest' | 'lockfile';
    readonly requirement: Requirement;
  }[];
  readonly mcp: { readonly path: string; readonly client: string; readonly server: McpServer }[];
  readonly agentConfigs: { readonly path: string; readonly config: AgentConfig }[];
  readonly prompts: { readonly path: string; readonly fact: PromptFact }[];
  readonly serving: { readonly path: string; readonly fact: ServingFact }[];
  readonly keyNames: { readonly path: string; readonly fact: KeyName }[];
  readonly configuredModels: { readonly path: string; readonly fact: ConfiguredModel; readonly environment: boolean }[];
  readonly secrets: { readonly place: Place; readonly fact: SecretFact }[];
};

export function emptyEvidence(root: string): Evidence {
  return {
    root,
    paths: new Set(),
    folders: new Set(),
    artefacts: [],
    tables: [],
    cards: new Map(),
    folderModels: new Map(),
    snapshots: new Map(),
    ollama: [],
    tracked: [],
    code: [],
    requirements: [],
    mcp: [],
    agentConfigs: [],
    prompts: [],
    serving: [],
    keyNames: [],
    configuredModels: [],
    secrets: [],
  };
}
