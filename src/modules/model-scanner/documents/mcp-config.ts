/** Configurations of agents: which servers they start, what they do without asking. By content, whatever the client calls the file. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { readHidden } from './agent-hidden.ts';
import { ordersIn } from './agent-orders.ts';
import { readCommented } from './mcp-comments.ts';
import { readServer, serverPaths } from './mcp-servers.ts';
import { readClientSettings } from './mcp-settings.ts';
import { listAt, mapAt, noteInto, type Path, textAt, valueAt } from './pipeline-practice.ts';

export default defineDocument({
  format: 'mcp-config',
  role: 'config',
  syntaxes: ['json', 'toml', 'yaml', 'text'],
  paths: /(^|\/)\.continue\/([^\n]*\/)?[^/]*\.(ya?ml|json)$|(^|\/)goose\/config\.ya?ml$/,
  words: [
    'mcpServers',
    'mcp_servers',
    '"servers"',
    '"mcp"',
    'context_servers',
    'mcp.servers',
    '"mcp_config"',
    'enableAllProjectMcpServers',
    'bypassPermissions',
    'chat.tools',
    '"hooks"',
    '"permissions"',
    'approval_policy',
    'ANTHROPIC_BASE_URL',
  ],
  is: (document) => configOf(document) !== null,
  read: (document, draft) => {
    const config = configOf(document);
    if (config !== null) readConfig(config, draft);
  },
});

function configOf(document: TextDocument): TextDocument | null {
  const config = readCommented(document);
  return config !== null && isConfig(config.root, document) ? config : null;
}

function isConfig(root: JsonValue, { path }: TextDocument): boolean {
  if (!(root instanceof Map) || textAt(root, 'apiVersion') !== null) return false;
  if (serverPaths(root).length > 0) return true;
  const isClaude = /(^|\/)\.claude\/settings(\.local)?\.json$|(^|\/)managed-settings\.json$|(^|\/)\.claude\.json$/i.test(path);
  const isEditor = [...root.keys()].some((key) => /^chat\.tools\./.test(key)) || root.has('enableAllProjectMcpServers');
  const isCodex = root.has('approval_policy') || root.has('sandbox_mode');
  return isClaude || isEditor || isCodex || isContinue(path) || hasHooks(root);
}

/** Events of agents at which a command runs by itself. @source documentation of Claude Code, Cursor and Copilot, 2026. */
const hookEvents =
  /^(?:(?:Pre|Post)ToolUse|Session(?:Start|End)|UserPromptSubmit|Stop|SubagentStop|PreCompact|Notification|before(?:ShellExecution|MCPExecution|ReadFile|SubmitPrompt)|after\w{4,30}|session(?:Start|End)|(?:pre|post)ToolUse|userPromptSubmitted)$/;
const hasHooks = (root: JsonValue): boolean => [...(mapAt(root, 'hooks')?.keys() ?? [])].some((event) => hookEvents.test(event));

const isContinue = (path: string): boolean => /(^|\/)\.continue\/[^\n]*\.(ya?ml|json)$/i.test(path);

/** What Continue says to a model by itself: rules and prompts stand in the configuration. @source Continue documentation, config.yaml reference. */
function readTexts(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'agent-instructions');
  const places: Path[] = [['systemMessage']];
  for (const key of ['rules', 'prompts', 'customCommands'])
    for (const at of listAt(document.root, key).keys()) places.push([key, at], [key, at, 'rule'], [key, at, 'prompt']);
  for (const path of places.slice(0, 600)) {
    const text = textAt(document.root, ...path);
    if (text === null) continue;
    const where = document.placeOf(path);
    readHidden(text, () => where, { note, isAddressed: true });
    for (const { at: _at, ...order } of ordersIn(text)) note({ ...order, where, certainty: 'possible' });
  }
}

function readConfig(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'mcp-config');
  const servers = serverPaths(document.root);
  if (servers.length === 0) draft.format = 'agent-settings';
  draft.metadata.set('servers', servers.length);
  draft.metadata.set(
    'serverNames',
    servers
      .map((path) => String(path.at(-1)))
      .join(', ')
      .slice(0, 300),
  );
  for (const path of servers) {
    readServer(document, path, note);
    const description = textAt(valueAt(document.root, ...path), 'description');
    if (description !== null) readHidden(description, () => document.placeOf([...path, 'description']), { note, isAddressed: true });
  }
  readClientSettings(document, note);
  if (isContinue(document.path)) readTexts(document, draft);
}
