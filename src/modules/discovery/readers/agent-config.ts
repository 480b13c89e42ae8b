/** Files that instruct a coding agent or define one: which client reads them, and the folder they govern. */

export type AgentConfig = {
  readonly client: string;
  readonly what: 'instructions' | 'agent' | 'skill' | 'command' | 'settings';
  readonly folder: string;
};

const shapes: readonly { readonly pattern: RegExp; readonly client: string; readonly what: AgentConfig['what'] }[] = [
  { pattern: /(?:^|\/)AGENTS\.md$/, client: 'Coding agents', what: 'instructions' },
  { pattern: /(?:^|\/)CLAUDE(?:\.local)?\.md$/, client: 'Claude Code', what: 'instructions' },
  { pattern: /(?:^|\/)\.claude\/CLAUDE\.md$/, client: 'Claude Code', what: 'instructions' },
  { pattern: /(?:^|\/)\.claude\/agents\/[\w./-]{1,120}\.md$/, client: 'Claude Code', what: 'agent' },
  { pattern: /(?:^|\/)\.claude\/commands\/[\w./-]{1,120}\.md$/, client: 'Claude Code', what: 'command' },
  { pattern: /(?:^|\/)\.claude\/skills\/[\w./-]{1,120}\/SKILL\.md$/, client: 'Claude Code', what: 'skill' },
  { pattern: /(?:^|\/)\.claude\/settings(?:\.local)?\.json$/, client: 'Claude Code', what: 'settings' },
  { pattern: /(?:^|\/)GEMINI\.md$/, client: 'Gemini CLI', what: 'instructions' },
  { pattern: /(?:^|\/)\.gemini\/settings\.json$/, client: 'Gemini CLI', what: 'settings' },
  { pattern: /(?:^|\/)\.cursorrules$/, client: 'Cursor', what: 'instructions' },
  { pattern: /(?:^|\/)\.cursor\/rules\/[\w./-]{1,120}\.mdc?$/, client: 'Cursor', what: 'instructions' },
  { pattern: /(?:^|\/)\.github\/copilot-instructions\.md$/, client: 'GitHub Copilot', what: 'instructions' },
  { pattern: /(?:^|\/)\.github\/instructions\/[\w./-]{1,120}\.instructions\.md$/, client: 'GitHub Copilot', what: 'instructions' },
  { pattern: /(?:^|\/)\.github\/(?:chatmodes|agents)\/[\w./-]{1,120}\.md$/, client: 'GitHub Copilot', what: 'agent' },
  { pattern: /(?:^|\/)\.windsurfrules$/, client: 'Windsurf', what: 'instructions' },
  { pattern: /(?:^|\/)\.windsurf\/rules\/[\w./-]{1,120}\.md$/, client: 'Windsurf', what: 'instructions' },
  { pattern: /(?:^|\/)\.clinerules(?:\/[\w./-]{1,120}\.md)?$/, client: 'Cline', what: 'instructions' },
  { pattern: /(?:^|\/)\.roo\/rules[\w-]{0,40}\/[\w./-]{1,120}\.md$/, client: 'Roo Code', what: 'instructions' },
  { pattern: /(?:^|\/)\.aider\.conf\.ya?ml$/, client: 'Aider', what: 'settings' },
  { pattern: /(?:^|\/)\.codex\/config\.toml$/, client: 'Codex', what: 'settings' },
  { pattern: /(?:^|\/)\.junie\/guidelines\.md$/, client: 'Junie', what: 'instructions' },
  { pattern: /(?:^|\/)\.kiro\/steering\/[\w./-]{1,120}\.md$/, client: 'Kiro', what: 'instructions' },
  { pattern: /(?:^|\/)\.continue\/config\.(?:ya?ml|json)$/, client: 'Continue', what: 'settings' },
];

const clientFolders = new Set([
  '.claude',
  '.cursor',
  '.github',
  '.windsurf',
  '.roo',
  '.gemini',
  '.codex',
  '.junie',
  '.kiro',
  '.continue',
  '.clinerules',
  '.vscode',
  '.zed',
  '.amazonq',
]);

/** @returns null for a file no agent reads. `folder` is the project folder the file governs. */
export function agentConfig(path: string): AgentConfig | null {
  const shape = shapes.find(({ pattern }) => pattern.test(path));
  return shape ? { client: shape.client, what: shape.what, folder: governedFolder(path) } : null;
}

/** The folder that holds the client's own folder, else the file's. */
export function governedFolder(path: string): string {
  const parts = path.split('/').slice(0, -1);
  const client = parts.findIndex((part) => clientFolders.has(part));
  return (client < 0 ? parts : parts.slice(0, client)).join('/');
}
