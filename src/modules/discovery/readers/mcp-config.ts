/** MCP servers named in the configuration of any client: which program or address each one is, with which key names. Values never leave. */
import { asList, asRecord, asText, field, parseJson, parseToml, parseYaml } from '../document.ts';

export type McpServer = {
  readonly name: string;
  /** Natural key without its `mcp:`; the same server launched from two projects has the same. */
  readonly identity: string;
  readonly transport: 'stdio' | 'http' | 'sse';
  /** Program and arguments with values of options blanked, or the address without query and user. */
  readonly launch: string;
  readonly environmentNames: readonly string[];
  readonly disabled: boolean;
  /** Pinned to one version when it is a package. */
  readonly version: string | null;
  readonly package: { readonly ecosystem: 'npm' | 'pypi' | 'oci'; readonly name: string } | null;
  /** A program of this tree, as written. */
  readonly script: string | null;
};

const clients: readonly { readonly pattern: RegExp; readonly client: string }[] = [
  { pattern: /(?:^|\/)\.mcp\.json$/, client: 'Claude Code' },
  { pattern: /(?:^|\/)\.claude(?:\.json|\/settings(?:\.local)?\.json)$/, client: 'Claude Code' },
  { pattern: /(?:^|\/)claude_desktop_config\.json$/, client: 'Claude Desktop' },
  { pattern: /(?:^|\/)\.vscode\/(?:mcp|settings)\.json$/, client: 'VS Code' },
  { pattern: /(?:^|\/)\.cursor\/mcp\.json$/, client: 'Cursor' },
  { pattern: /(?:^|\/)(?:\.codeium\/)?(?:\.?windsurf\/)?mcp_config\.json$/, client: 'Windsurf' },
  { pattern: /(?:^|\/)cline_mcp_settings\.json$/, client: 'Cline' },
  { pattern: /(?:^|\/)\.roo\/mcp\.json$/, client: 'Roo Code' },
  { pattern: /(?:^|\/)\.kiro\/settings\/mcp\.json$/, client: 'Kiro' },
  { pattern: /(?:^|\/)\.amazonq\/mcp\.json$/, client: 'Amazon Q' },
  { pattern: /(?:^|\/)\.junie\/mcp\/mcp\.json$/, client: 'Junie' },
  { pattern: /(?:^|\/)\.gemini\/settings\.json$/, client: 'Gemini CLI' },
  { pattern: /(?:^|\/)\.qwen\/settings\.json$/, client: 'Qwen Code' },
  { pattern: /(?:^|\/)\.zed\/settings\.json$/, client: 'Zed' },
  { pattern: /(?:^|\/)opencode\.jsonc?$/, client: 'opencode' },
  { pattern: /(?:^|\/)\.codex\/config\.toml$/, client: 'Codex' },
  { pattern: /(?:^|\/)\.continue\/(?:config\.(?:ya?ml|json)|mcpServers\/[\w.-]{1,80}\.ya?ml)$/, client: 'Continue' },
  { pattern: /(?:^|\/)\.config\/goose\/config\.ya?ml$/, client: 'Goose' },
  { pattern: /(?:^|\/)librechat\.ya?ml$/, client: 'LibreChat' },
  { pattern: /(?:^|\/)mcp(?:[-_.]?(?:servers?|config))?\.json$/, client: 'an MCP client' },
];

export function mcpClientOf(path: string): string | null {
  return clients.find(({ pattern }) => pattern.test(path))?.client ?? null;
}

/** @returns the servers of one configuration, at most 200; empty when it has none or cannot be parsed. */
export function mcpServers(path: string, text: string): McpServer[] {
  const root = asRecord(path.endsWith('.toml') ? parseToml(text) : /\.ya?ml$/.test(path) ? parseYaml(text)[0] : parseJson(text));
  const tables = ['mcpServers', 'servers', 'mcp_servers', 'context_servers', 'mcp', 'extensions', 'mcp.servers'].flatMap((name) => {
    const table = field(root, name);
    const nested = field(asRecord(table), 'servers');
    return [asRecord(nested) ?? asRecord(table), ...asList(table).map((entry) => named(entry))];
  });
  // Per-project servers of the user-wide Claude Code file.
  const projects = Object.values(asRecord(field(root, 'projects')) ?? {}).map((project) =>
    asRecord(field(asRecord(project), 'mcpServers')),
  );
  return [...tables, ...projects]
    .flatMap((table) => Object.entries(table ?? {}).flatMap(([name, entry]) => server(name, entry) ?? []))
    .slice(0, 200);
}

function named(entry: unknown): Record<string, unknown> | null {
  const name = asText(field(asRecord(entry), 'name'));
  return name === null ? null : Object.fromEntries([[name, entry]]);
}

function server(name: string, entry: unknown): McpServer | null {
  const record = asRecord(entry);
  const url = asText(field(record, 'url') ?? field(record, 'serverUrl') ?? field(record, 'httpUrl') ?? field(record, 'uri'));
  const base = {
    name: name.slice(0, 120),
    environmentNames: environmentNames(record),
    disabled: field(record, 'disabled') === true || field(record, 'enabled') === false,
  };
  if (url !== null && /^https?:\/\//.test(url)) return { ...base, ...remote(url, asText(field(record, 'type'))) };
  const { program, words } = commandOf(record);
  return program === null ? null : { ...base, ...local(program, words) };
}

function commandOf(record: Record<string, unknown> | null): { program: string | null; words: string[] } {
  const command = field(record, 'command') ?? field(record, 'cmd');
  const listed = asList(command).map((part) => asText(part) ?? '');
  // Zed and opencode nest or list the command.
  const nested = asRecord(command);
  const program = asText(command) ?? listed[0] ?? asText(field(nested, 'path'));
  const words = [...listed.slice(1), ...asList(field(record, 'args') ?? field(nested, 'args')).map((part) => asText(part) ?? '')];
  return { program: program === null || program === undefined || program === '' ? null : program, words };
}

function environmentNames(record: Record<string, unknown> | null): string[] {
  const names = ['env', 'environment', 'envs', 'headers'].flatMap((name) => Object.keys(asRecord(field(record, name)) ?? {}));
  return [...new Set(names)].map((name) => name.slice(0, 80)).slice(0, 50);
}

function remote(url: string, type: string | null) {
  const bare = url
    .replace(/:\/\/[^/@]{1,300}@/, '://')
    .replace(/[?#].*$/, '')
    .slice(0, 500);
  return {
    identity: `url/${bare}`,
    transport: type === 'sse' || bare.endsWith('/sse') ? ('sse' as const) : ('http' as const),
    launch: bare,
    version: null,
    package: null,
    script: null,
  };
}

const npmRunners = new Set(['npx', 'bunx', 'pnpx']);
const pythonRunners = new Set(['uvx', 'pipx', 'uv']);

function local(program: string, words: readonly string[]) {
  const runner =
    program
      .split(/[/\\]/)
      .at(-1)
      ?.replace(/\.(?:cmd|exe)$/i, '') ?? program;
  const given = packageOf(runner, words);
  const script =
    given === null
      ? (words.find((word) => /\.(?:py|js|mjs|cjs|ts|sh|rb|jar)$/.test(word)) ?? (/^\.{0,2}\//.test(program) ? program : null))
      : null;
  const identity = given === null ? `command/${script ?? runner}` : `${given.ecosystem}/${given.name}`;
  const launch = [runner, ...words.map((word) => shownArgument(word))].join(' ').slice(0, 500);
  return {
    identity: identity.slice(0, 500),
    transport: 'stdio' as const,
    launch,
    version: given?.version ?? null,
    package: given && { ecosystem: given.ecosystem, name: given.name },
    script,
  };
}

/** An argument is shown unless it may carry a secret: values of options and connection strings are blanked. */
function shownArgument(word: string): string {
  if (/^-{1,2}[\w-]{1,60}=/.test(word)) return word.replace(/=.*$/s, '=…');
  if (/^[a-z+]{2,30}:\/\//i.test(word)) return word.replace(/:\/\/[^/@\s]{1,300}@/, '://…@').replace(/[?#].*$/s, '');
  return /^[\w@./:~^-]{1,120}$/.test(word) && !/^[A-Za-z0-9_-]{32,}$/.test(word) ? word : '…';
}

function packageOf(
  runner: string,
  words: readonly string[],
): { ecosystem: 'npm' | 'pypi' | 'oci'; name: string; version: string | null } | null {
  const rest = words.filter((word) => !/^-/.test(word));
  const after = (flag: string) => words[words.indexOf(flag) + 1];
  if (npmRunners.has(runner) || (['npm', 'pnpm', 'yarn'].includes(runner) && ['exec', 'dlx', 'x'].includes(rest[0] ?? ''))) {
    const spec = words.includes('--package')
      ? after('--package')
      : words.includes('-p')
        ? after('-p')
        : npmRunners.has(runner)
          ? rest[0]
          : rest[1];
    return spec === undefined ? null : versioned('npm', spec, /^((?:@[\w.-]+\/)?[\w.-]+)(?:@(.+))?$/);
  }
  if (pythonRunners.has(runner)) {
    const spec = words.includes('--from') ? after('--from') : runner === 'uvx' ? rest[0] : rest[rest[0] === 'tool' ? 2 : 1];
    return spec === undefined || /\.py$/.test(spec) || (runner === 'uv' && !['tool', 'x'].includes(rest[0] ?? ''))
      ? null
      : versioned('pypi', spec, /^([\w.-]+)(?:\[[^\]]*\])?(?:(?:==|@)(.+))?$/);
  }
  if (runner !== 'docker' && runner !== 'podman') return null;
  const image = dockerImage(words);
  return image === null ? null : versioned('oci', image, /^([\w./-]+(?::\d+\/[\w./-]+)?)(?::([\w.-]+))?(?:@.*)?$/);
}

const valueFlags = new Set([
  '-e',
  '--env',
  '-v',
  '--volume',
  '--mount',
  '--network',
  '--name',
  '-p',
  '--publish',
  '-w',
  '--user',
  '-u',
  '--env-file',
  '--entrypoint',
]);
function dockerImage(words: readonly string[]): string | null {
  let index = words.indexOf('run') + 1;
  if (index === 0) return null;
  while (index < words.length) {
    const word = words[index] ?? '';
    if (!word.startsWith('-')) return word;
    index += valueFlags.has(word) ? 2 : 1;
  }
  return null;
}

function versioned(ecosystem: 'npm' | 'pypi' | 'oci', spec: string, shape: RegExp) {
  const match = shape.exec(spec.slice(0, 200));
  if (!match?.[1]) return null;
  const version = match[2] === undefined || match[2] === 'latest' ? null : match[2];
  return { ecosystem, name: match[1], version };
}
