/** Servers of the model context protocol as clients configure them: programs that an agent starts and trusts. */
import type { Where } from '../../../contract/finding.ts';
import type { TextDocument } from '../engine/document.ts';
import type { JsonObject, JsonValue } from '../readers/parts/json-tokens.ts';
import { environmentOf, mapAt, type Note, type Path, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

/** Keys under which clients keep their servers. @source the clients' own documentation, 2026. */
const keys: readonly Path[] = [
  ['mcpServers'],
  ['mcp_servers'],
  ['mcp', 'servers'],
  ['mcp', 'mcpServers'],
  ['mcp.servers'],
  ['servers'],
  ['context_servers'],
  ['mcp'],
  ['amp.mcpServers'],
  // Goose.
  ['extensions'],
  // Bundles for desktop clients: the entry `mcp_config`.
  ['server'],
];
const mostServers = 200;

/** A map whose entries are started by a command or reached at an address. */
export function serverPaths(root: JsonValue): Path[] {
  const found: Path[] = [];
  for (const key of keys) {
    const servers = serversAt(root, key);
    for (const [name, server] of servers)
      if (isServer(server) && found.length < mostServers && !found.some((known) => known.join('\0') === [...key, name].join('\0')))
        found.push([...key, name]);
  }
  const projects = mapAt(root, 'projects');
  for (const folder of [...(projects?.keys() ?? [])].slice(0, 100))
    for (const name of mapAt(root, 'projects', folder, 'mcpServers')?.keys() ?? [])
      if (found.length < mostServers) found.push(['projects', folder, 'mcpServers', name]);
  return found;
}

/** By name, or in a list as Continue keeps them. */
function serversAt(root: JsonValue, key: Path): Iterable<readonly [string | number, JsonValue]> {
  const servers = valueAt(root, ...key);
  if (Array.isArray(servers) && key.at(-1) === 'mcpServers') return servers.entries();
  return servers instanceof Map ? servers : [];
}

function isServer(value: JsonValue): value is JsonObject {
  if (!(value instanceof Map)) return false;
  const isGoose = textAt(value, 'cmd') !== null && textAt(value, 'type') === 'stdio';
  const starts = isGoose || textsOf(value.get('command')).length > 0 || mapAt(value, 'command') !== null;
  return starts || ['url', 'serverUrl', 'httpUrl', 'uri'].some((key) => /^[a-z]+:\/\//i.test(textAt(value, key) ?? ''));
}

export function readServer(document: TextDocument, path: Path, note: Note): void {
  const server = valueAt(document.root, ...path);
  const at = (...more: Path) => document.placeOf([...path, ...more]);
  const command = [
    ...textsOf(valueAt(server, 'command') ?? valueAt(server, 'cmd')),
    ...textsOf(valueAt(server, 'command', 'path')),
    ...textsOf(valueAt(server, 'args')),
    ...textsOf(valueAt(server, 'command', 'args')),
  ];
  if (command.length > 0) readCommand(command, note, valueAt(server, 'args') === undefined ? at('command') : at('args'));
  for (const key of ['url', 'serverUrl', 'httpUrl', 'uri']) readAddress(textAt(server, key), note, at(key));
  for (const word of command) if (/^https?:\/\//.test(word)) readAddress(word, note, at('args'));
  readApproval(server, { note, at });
  const environment = environmentOf(valueAt(server, 'env') ?? valueAt(server, 'environment') ?? valueAt(server, 'envs'));
  for (const [name, value] of environment)
    if (preloads(name, value))
      note({
        code: 'preloaded-code',
        detail: 'The environment has the server load other code first.',
        text: `${name}=${value}`,
        where: at('env'),
      });
  if (/^["']?0$/.test(environment.get('NODE_TLS_REJECT_UNAUTHORIZED') ?? ''))
    note({
      code: 'certificate-check-off',
      detail: 'Turns off the check of the server’s certificate.',
      text: 'NODE_TLS_REJECT_UNAUTHORIZED=0',
      where: at('env'),
    });
}

/** Variables by which loaders and interpreters run what they name before the program. @source ld.so(8) and the interpreters' manuals. */
function preloads(name: string, value: string): boolean {
  if (/^(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES|BASH_ENV|PYTHONSTARTUP|PERL5DB|PROMPT_COMMAND|GIT_SSH_COMMAND)$/.test(name))
    return value !== '';
  if (name === 'NODE_OPTIONS') return /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)[= ]/.test(value);
  if (name === 'JAVA_TOOL_OPTIONS' || name === '_JAVA_OPTIONS') return /-(?:javaagent|agentpath|agentlib):/.test(value);
  return (name === 'RUBYOPT' || name === 'PERL5OPT') && /-[rMm]/.test(value);
}

/** `env A=1 sh -c …`, `sudo -u x sh -c …`, `timeout 5 sh -c …`: the command behind programs that only start another. */
function unwrapped(command: readonly string[]): readonly string[] {
  let words = command;
  for (
    let turn = 0;
    turn < 5 && /^(?:.*\/)?(?:env|sudo|doas|nohup|nice|setsid|stdbuf|timeout|xargs|time|exec|busybox)$/.test(words[0] ?? '');
    turn += 1
  ) {
    const next = words.findIndex((word, at) => at > 0 && !/^-|^\w+=|^\d+[smhd]?$/.test(word) && !/^-[ugCn]$/.test(words[at - 1] ?? ''));
    if (next < 0) return words;
    words = words.slice(next);
  }
  return words;
}

function readAddress(address: string | null, note: Note, where: Where): void {
  if (address === null || !/^(http|ws):\/\//i.test(address)) return;
  if (
    /^(http|ws):\/\/(localhost|127\.|\[::1\]|0\.0\.0\.0|host\.docker\.internal|[^/:.]+(:|\/|$)|[^/]*\.(local|internal|localhost|svc|cluster\.local)(:|\/|$)|\$)/i.test(
      address,
    )
  )
    return;
  note({
    code: 'plain-http-server',
    detail: 'The agent talks to its tools over http: anyone on the way reads it and gives it orders.',
    text: address,
    where,
  });
}

const runners = /^(?:.*[/\\])?(npx|bunx|pnpx|uvx|pipx|pnpm|yarn|bun|npm|uv|deno)(?:\.cmd|\.exe)?$/i;

function readCommand(written: readonly string[], note: Note, where: Where): void {
  const command = unwrapped(written);
  const [program = '', ...args] = command;
  const line = written.join(' ');
  const runner = runners.exec(program)?.[1]?.toLowerCase();
  if (runner !== undefined) readPackage(runner, args, { note, where });
  readContainer(program, args, { note, where });
  const isShell = /(^|[/\\])((ba|z|da|fi)?sh|cmd(\.exe)?|powershell(\.exe)?|pwsh)$/i.test(program);
  const flag = args.findIndex((word) => /^(-[a-z]*c|\/c|-Command|-EncodedCommand|-enc|-e)$/i.test(word));
  if (isShell && flag >= 0) {
    const script = args.slice(flag + 1).join(' ');
    noteShell(script, note, () => where);
    // `cmd /c npx …` is how Windows starts what others start directly.
    const wrapped = /^\s*(?:exec\s+)?(npx|uvx|bunx)\b\s+(.*)$/s.exec(script);
    if (wrapped) readPackage(wrapped[1] ?? '', (wrapped[2] ?? '').split(/\s+/), { note, where });
    else if (/-enc/i.test(args[flag] ?? '') || /[;&|`<>]|\$\(/.test(script))
      note({ code: 'shell-wrapper', detail: 'The server is started through a shell that runs more than one thing.', text: line, where });
  }
  if (/^(?:.*[/\\])?(node|python3?|deno|ruby|perl|php)$/.test(program) && /^(-c|-e|--eval|eval)$/.test(args[0] ?? ''))
    note({ code: 'inline-program', detail: 'The server’s program stands in the configuration itself.', text: line, where });
  if (/(^|[\s/@-])(server-)?(filesystem|files?|desktop-commander|shell|terminal)([\s@:-]|$)/i.test(line)) readRoots(args, { note, where });
}

type Tools = { readonly note: Note; readonly where: Where };

/** The package a runner fetches: exact versions and commits are fixed, everything else is what is newest today. */
function readPackage(runner: string, args: readonly string[], { note, where }: Tools): void {
  const valued = new Set(['--from', '--with', '--python', '-p', '--package', '--registry', '--cache', '--index-url', '--directory']);
  const named = args.findIndex((word) => word === '--from' || word === '--package' || word === '-p');
  const verbs = new Set(['dlx', 'exec', 'x', 'run', 'tool', 'start']);
  if (/^(npm|pnpm|yarn|bun|uv|pipx|deno)$/.test(runner) && !args.some((word) => /^(dlx|exec|x|tool|run)$/.test(word))) return;
  if (/^(npm|pnpm|yarn|bun|uv)$/.test(runner) && args[0] === 'run') return;
  const free = args.filter((word, index) => !word.startsWith('-') && !verbs.has(word) && !valued.has(args[index - 1] ?? ''));
  const written = named >= 0 ? args[named + 1] : free[0];
  if (written === undefined || written === '' || /^[.~/\\$]|^[A-Za-z]:\\/.test(written)) return;
  if (/^(git\+|https?:|github:)/.test(written)) {
    if (!/[@#][0-9a-f]{40}\b/.test(written))
      note({
        code: 'mutable-server',
        detail: 'The server is fetched from a repository without a commit that fixes it.',
        text: written,
        where,
      });
    return;
  }
  const isExact = /(?:^|[^@])@v?\d+\.\d+\.\d+[\w.+-]*$|==\d[\w.+!-]*$/.test(written);
  if (!isExact)
    note({ code: 'unpinned-server', detail: 'At each start the newest version of the server is fetched and run.', text: written, where });
}

function readContainer(program: string, args: readonly string[], { note, where }: Tools): void {
  if (!/(^|[/\\])(docker|podman|nerdctl)(\.exe)?$/i.test(program)) return;
  const line = args.join(' ');
  if (/(docker|containerd|podman)\.sock/.test(line))
    note({ code: 'runtime-socket', detail: 'The server commands the container runtime of the machine.', text: line, where });
  if (/(^|\s)--privileged\b|--cap-add[= ](ALL|SYS_ADMIN)/.test(line))
    note({ code: 'privileged', detail: 'The server’s container has every right on the machine.', text: line, where });
  const mount = args.find((word) =>
    /^(?:type=bind,(?:src|source)=)?(?:\/|~|\$HOME|\$\{HOME\}|\/home\/[\w.-]+|\/Users\/[\w.-]+|\/root|\/etc)\/?(?:[:,])/.test(word),
  );
  if (mount !== undefined)
    note({ code: 'broad-folder', detail: 'The server sees a whole home folder or the whole machine.', text: mount, where });
  const image = args.find(
    (word, index) =>
      index > 0 && /^[a-z0-9][\w.-]*[/:][\w.@:-][\w.@:/-]*$/.test(word) && !/\/(?:\/|$)/.test(word) && !args[index - 1]?.startsWith('-'),
  );
  if (image !== undefined && !image.includes('@sha256:') && (/:latest$/.test(image) || !/:[\w.-]+$/.test(image)))
    note({ code: 'unpinned-server', detail: 'At each start the newest image of the server is run.', text: image, where });
}

function readRoots(args: readonly string[], { note, where }: Tools): void {
  const broad = args.find((word) =>
    /^(\/|~\/?|\$HOME\/?|\$\{HOME\}\/?|\/home\/?|\/home\/[\w.-]+\/?|\/Users\/?|\/Users\/[\w.-]+\/?|\/root\/?|\/etc\/?|[A-Za-z]:[\\/]?|[A-Za-z]:[\\/]Users([\\/][\w.-]+)?[\\/]?)$/.test(
      word,
    ),
  );
  if (broad !== undefined)
    note({ code: 'broad-folder', detail: 'The server may read and write a whole home folder or the whole machine.', text: broad, where });
}

/** Tools that run without asking. */
function readApproval(server: JsonValue | undefined, { note, at }: { note: Note; at: (...more: Path) => Where }): void {
  for (const key of ['autoApprove', 'alwaysAllow', 'auto_approve', 'autoRun']) {
    const list = textsOf(valueAt(server, key));
    if (list.includes('*') || list[0] === 'true')
      note({
        code: 'approves-everything',
        detail: 'Every tool of the server runs without asking anybody.',
        text: `${key}: ${list.join(', ')}`,
        where: at(key),
      });
    else if (
      list.some((tool) => /(^|_)(exec|execute|run|shell|bash|command|write|delete|remove|eval|deploy|push|send|drop)(_|$)/i.test(tool))
    )
      note({
        code: 'approves-action',
        detail: 'Tools that change things run without asking anybody.',
        text: `${key}: ${list.join(', ')}`,
        where: at(key),
      });
  }
  if (valueAt(server, 'trust') === true)
    note({
      code: 'approves-everything',
      detail: 'Every tool of the server runs without asking anybody.',
      text: 'trust: true',
      where: at('trust'),
    });
}
