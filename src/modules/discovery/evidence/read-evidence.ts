/** Which readers look at a file, and what they add to the evidence. Names choose readers; content decides. */
import { createHash } from 'node:crypto';
import { agentConfig } from '../readers/agent-config.ts';
import { cardFact, folderModel, hubSnapshot, isHubBlob, ollamaBlob, ollamaManifest } from '../readers/card.ts';
import { trackedFiles } from '../readers/dvc.ts';
import { mcpClientOf, mcpServers } from '../readers/mcp-config.ts';
import { notebookCode } from '../readers/notebook.ts';
import { mayBePrompt, promptFact } from '../readers/prompt.ts';
import { requirementReader } from '../readers/requirement.ts';
import { dockerfileFacts, manifestFacts } from '../readers/serving.ts';
import { configuredModels, isEnvironmentFile, keyNames } from '../readers/setting.ts';
import { tableFact } from '../readers/table-data.ts';
import { fileFormat } from '../tree/file-format.ts';
import type { OpenedFile } from '../tree/opened-file.ts';
import { packageNamed } from './ai-catalog.ts';
import { codeUse } from './code-use.ts';
import type { Evidence } from './evidence.ts';
import { languageOf, lineFinder } from './mask.ts';
import { findSecrets, redacted } from './secret.ts';

const configEndings = new Set(['yaml', 'yml', 'json', 'jsonc', 'toml', 'ini', 'cfg', 'conf', 'properties', 'tf', 'tfvars', 'env']);
const textEndings = new Set([
  'md',
  'mdc',
  'mdx',
  'rst',
  'txt',
  'sh',
  'bash',
  'zsh',
  'ps1',
  'bat',
  'prompty',
  'prompt',
  'jinja',
  'jinja2',
  'j2',
  'tmpl',
  'hbs',
  'xml',
  'csproj',
  'gradle',
  'kts',
  'mod',
  'lock',
  'in',
  'dvc',
]);
const tableEndings = new Set(['csv', 'tsv', 'jsonl', 'ndjson']);
/** Media, archives of others, fonts: no reader here looks into them. */
const inertEndings = new Set([
  'png',
  'jpg',
  'jpeg',
  'gif',
  'webp',
  'svg',
  'ico',
  'mp3',
  'mp4',
  'wav',
  'woff',
  'woff2',
  'ttf',
  'otf',
  'css',
  'scss',
  'map',
  'pdf',
  'docx',
  'xlsx',
  'pptx',
  'jar',
  'whl',
  'class',
  'pyc',
  'o',
  'a',
  'html',
  'htm',
]);
const folderModelNames = new Set(['config.json', 'adapter_config.json', 'model_index.json', 'MLmodel']);
/** Endings of text under which libraries save models too: content decides. */
const modelTexts = new Set(['json', 'txt', 'xml']);
/** Text beyond this is no settings file, prompt or card. */
const configBytes = 1_048_576;
/** Digests are taken of files up to this size, so that the same model in two places is one. */
const digestBytes = 64 * 2 ** 20;

/** Files no reader looks into: they are not even opened. */
export function isInert({ name, path }: { readonly name: string; readonly path: string }): boolean {
  const dot = name.lastIndexOf('.');
  return isHubBlob(path) || (dot > 0 && inertEndings.has(name.slice(dot + 1).toLowerCase()));
}

/** Reads one file into the evidence. @throws ReadBudgetSpent; system errors when the file changed under us. */
export function readEvidence(file: OpenedFile, evidence: Evidence): void {
  if (hubSnapshot(file.path)) noteSnapshot(file, evidence);
  const language = languageOf(file.name);
  if (language !== null) readCode(file, language, evidence);
  else if (file.ending === 'ipynb') readNotebook(file, evidence);
  else if (tableEndings.has(file.ending)) readTable(file, evidence);
  else if (isTextual(file)) readText(file, evidence);
  else readArtefact(file, evidence);
}

function noteSnapshot(file: OpenedFile, evidence: Evidence): void {
  const snapshot = hubSnapshot(file.path);
  if (snapshot) evidence.snapshots.set(snapshot.folder, snapshot);
}

function isTextual(file: OpenedFile): boolean {
  if (file.size > 8 * configBytes) return false;
  const named =
    isEnvironmentFile(file.name) ||
    requirementReader(file.name) !== null ||
    agentConfig(file.path) !== null ||
    folderModelNames.has(file.name) ||
    isDockerfile(file.name);
  const known = named || configEndings.has(file.ending) || textEndings.has(file.ending) || /\/manifests\//.test(`/${file.path}`);
  return known && file.text !== null && !(modelTexts.has(file.ending) && fileFormat(file) !== null);
}

function isDockerfile(name: string): boolean {
  return /^(?:[\w-]{1,60}\.)?(?:Dockerfile|Containerfile)(?:\.[\w.-]{1,60})?$/i.test(name);
}

function readArtefact(file: OpenedFile, evidence: Evidence): void {
  const format = fileFormat(file);
  if (format === null) return;
  evidence.artefacts.push({
    path: file.path,
    folder: file.folder,
    name: file.name,
    size: file.size,
    format,
    digest: ollamaBlob(file.path) ?? digestOf(file, format.role),
  });
}

function digestOf(file: OpenedFile, role: 'model' | 'dataset'): string | null {
  if (role !== 'model' || file.size > digestBytes || file.size < 64) return null;
  const hash = createHash('sha256');
  for (let offset = 0; offset < file.size; offset += 1_048_576) hash.update(file.read(offset, 1_048_576));
  return hash.digest('hex');
}

function readTable(file: OpenedFile, evidence: Evidence): void {
  const table = tableFact(file);
  if (table) evidence.tables.push({ path: file.path, folder: file.folder, size: file.size, table });
}

function readCode(file: OpenedFile, language: ReturnType<typeof languageOf> & string, evidence: Evidence): void {
  const text = file.text;
  if (text === null) return;
  const use = codeUse(text, language, { path: file.path, folder: file.folder });
  if (use) evidence.code.push({ use, notebook: false });
  noteSecrets(file, text, evidence);
}

function readNotebook(file: OpenedFile, evidence: Evidence): void {
  const text = file.text;
  const notebook = text === null ? null : notebookCode(text);
  if (text === null || notebook === null) return;
  const use = codeUse(notebook.code, 'python', { path: file.path, folder: file.folder, lineOf: notebook.lineOf });
  if (use) evidence.code.push({ use, notebook: true });
  noteSecrets(file, text, evidence);
}

function noteSecrets(file: OpenedFile, text: string, evidence: Evidence): void {
  const secrets = findSecrets(text);
  if (secrets.length === 0) return;
  const lineAt = lineFinder(text);
  for (const fact of secrets) {
    const start = text.lastIndexOf('\n', fact.offset - 1) + 1;
    const end = text.indexOf('\n', fact.offset);
    const whole = text.slice(start, end < 0 ? undefined : end);
    const evidenceLine = whole.length > 400 ? text.slice(Math.max(start, fact.offset - 60), fact.offset + fact.length) : whole;
    evidence.secrets.push({ place: { path: file.path, line: lineAt(fact.offset), evidence: redacted(evidenceLine) }, fact });
  }
}

function readText(file: OpenedFile, evidence: Evidence): void {
  const text = file.text ?? '';
  noteSecrets(file, text, evidence);
  readRequirements(file, text, evidence);
  const ollama = ollamaManifest(file.path, text);
  if (ollama) evidence.ollama.push({ path: file.path, model: ollama });
  if (file.size > configBytes) return;
  if (file.ending === 'dvc') evidence.tracked.push(...trackedFiles(text).map((fact) => ({ path: file.path, folder: file.folder, fact })));
  readModelFolder(file, text, evidence);
  readAgents(file, text, evidence);
  readSettings(file, text, evidence);
  if (isDockerfile(file.name)) evidence.serving.push(...dockerfileFacts(text).map((fact) => ({ path: file.path, fact })));
  if (file.ending === 'yaml' || file.ending === 'yml')
    evidence.serving.push(...manifestFacts(text).map((fact) => ({ path: file.path, fact })));
}

function readRequirements(file: OpenedFile, text: string, evidence: Evidence): void {
  const reader = requirementReader(file.name);
  if (reader === null) return;
  for (const requirement of reader.read(text))
    if (packageNamed(requirement.ecosystem, requirement.name))
      evidence.requirements.push({ path: file.path, folder: file.folder, method: reader.method, requirement });
}

function readModelFolder(file: OpenedFile, text: string, evidence: Evidence): void {
  if (/^README(?:\.md)?$/i.test(file.name)) {
    const card = cardFact(text);
    if (card) evidence.cards.set(file.folder, { ...card, path: file.path });
  }
  if (!folderModelNames.has(file.name)) return;
  const model = folderModel(file.name, text);
  const known = evidence.folderModels.get(file.folder);
  // An adapter's folder may repeat the base model's config: what it is, is the adapter.
  if (model && known?.layout !== 'adapter') evidence.folderModels.set(file.folder, { ...model, path: file.path });
}

function readAgents(file: OpenedFile, text: string, evidence: Evidence): void {
  const client = mcpClientOf(file.path);
  if (client !== null) for (const server of mcpServers(file.path, text)) evidence.mcp.push({ path: file.path, client, server });
  const config = agentConfig(file.path);
  if (config !== null && text.trim() !== '') evidence.agentConfigs.push({ path: file.path, config });
  if (config === null && mayBePrompt(file.path)) {
    const fact = promptFact(file.path, text);
    if (fact) evidence.prompts.push({ path: file.path, fact });
  }
}

function readSettings(file: OpenedFile, text: string, evidence: Evidence): void {
  const environment = isEnvironmentFile(file.name);
  if (environment) evidence.keyNames.push(...keyNames(text).map((fact) => ({ path: file.path, fact })));
  if (!environment && (!configEndings.has(file.ending) || requirementReader(file.name) !== null)) return;
  evidence.configuredModels.push(...configuredModels(text).map((fact) => ({ path: file.path, fact, environment })));
}
