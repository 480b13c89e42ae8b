/** Configurations of agents: which servers they start, what they do without asking. By content, whatever the client calls the file. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import type { JsonValue } from '../readers/parts/json-tokens.ts';
import { readHidden } from './agent-hidden.ts';
import { readCommented } from './mcp-comments.ts';
import { readServer, serverPaths } from './mcp-servers.ts';
import { readClientSettings } from './mcp-settings.ts';
import { noteInto, textAt, valueAt } from './pipeline-practice.ts';

export default defineDocument({
  format: 'mcp-config',
  role: 'config',
  syntaxes: ['json', 'toml', 'yaml', 'text'],
  words: [
    'mcpServers',
    'mcp_servers',
    '"servers"',
    '"mcp"',
    'context_servers',
    'mcp.servers',
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
  return isClaude || isEditor || isCodex;
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
}
