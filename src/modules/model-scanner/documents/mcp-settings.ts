/** Settings of the agents themselves: what they may do without asking, what runs when, and where they send what they are told. */
import type { TextDocument } from '../engine/document.ts';
import { listAt, mapAt, type Note, type Path, textAt, textsOf, valueAt } from './pipeline-practice.ts';
import { noteShell } from './pipeline-shell.ts';

export function readClientSettings(document: TextDocument, note: Note): void {
  const { root } = document;
  const flag = (path: Path, code: string, detail: string) => {
    if (valueAt(root, ...path) === true) note({ code, detail, text: `${path.join('.')}: true`, where: document.placeOf(path) });
  };
  flag(['enableAllProjectMcpServers'], 'approves-everything', 'Every server that a repository brings along is started without asking.');
  flag(['chat.tools.autoApprove'], 'approves-everything', 'Every tool runs without asking anybody (CVE-2025-53773).');
  flag(['chat.tools.global.autoApprove'], 'approves-everything', 'Every tool runs without asking anybody (CVE-2025-53773).');
  flag(
    ['permissions', 'skipDangerousModePermissionPrompt'],
    'approves-everything',
    'The warning before everything is allowed is left out.',
  );
  readPermissions(document, note);
  readHooks(document, note);
  readProvider(document, note);
  readCodex(document, note);
}

function readPermissions(document: TextDocument, note: Note): void {
  const mode = textAt(document.root, 'permissions', 'defaultMode') ?? '';
  if (mode === 'bypassPermissions')
    note({
      code: 'approves-everything',
      detail: 'The agent does everything without asking.',
      text: `defaultMode: ${mode}`,
      where: document.placeOf(['permissions', 'defaultMode']),
    });
  for (const [index, rule] of textsOf(valueAt(document.root, 'permissions', 'allow')).entries())
    if (/^(\*|Bash|Bash\(\s*\*?(:\*)?\s*\)|Bash\((?:sudo|curl|wget|rm|eval|ssh|bash|sh|python3?|node):?\s?\*\))$/.test(rule))
      note({
        code: 'approves-action',
        detail: 'The agent runs such commands without asking.',
        text: rule,
        where: document.placeOf(['permissions', 'allow', index]),
      });
}

/** Commands that run by themselves when the agent does something. */
function readHooks(document: TextDocument, note: Note): void {
  const hooks = mapAt(document.root, 'hooks');
  for (const event of [...(hooks?.keys() ?? [])].slice(0, 50))
    for (const [group] of listAt(document.root, 'hooks', event).entries())
      for (const [path, command] of hookCommands(document.root, ['hooks', event, group])) {
        const where = document.placeOf(path);
        noteShell(command, note, () => where);
        if (/\b(curl|wget|nc|ncat)\b[^\n]{0,300}(-d|--data\S*|-F|--form|-T|--upload-file|<)/.test(command))
          note({
            code: 'sends-data',
            detail: 'What the agent does is sent elsewhere by a command that runs by itself.',
            text: command,
            where,
            certainty: 'possible',
          });
      }
}

/** In a list of its own, or as the entry itself. */
function hookCommands(root: TextDocument['root'], entry: Path): (readonly [Path, string])[] {
  const inner = listAt(root, ...entry, 'hooks').map((_, index) => [...entry, 'hooks', index]);
  return [entry, ...inner].flatMap((path) =>
    ['command', 'bash', 'powershell'].flatMap((key) => {
      const command = textAt(root, ...path, key);
      return command === null ? [] : [[[...path, key], command] as const];
    }),
  );
}

/** A repository that sets the address of the provider gets every request and the key with it (CVE-2026-21852). */
function readProvider(document: TextDocument, note: Note): void {
  for (const name of ['ANTHROPIC_BASE_URL', 'OPENAI_BASE_URL', 'OPENAI_API_BASE']) {
    const address = textAt(document.root, 'env', name);
    if (address === null || /^https:\/\/(api\.anthropic\.com|api\.openai\.com)(\/|$)|^https?:\/\/(localhost|127\.)/.test(address)) continue;
    note({
      code: 'redirected-provider',
      detail: 'Requests and keys go to the address that this file names.',
      text: `${name}=${address}`,
      where: document.placeOf(['env', name]),
      certainty: 'possible',
    });
  }
}

function readCodex(document: TextDocument, note: Note): void {
  const notify = textsOf(valueAt(document.root, 'notify')).join(' ');
  if (notify !== '') noteShell(notify, note, () => document.placeOf(['notify']));
  const never = textAt(document.root, 'approval_policy') === 'never';
  const open = textAt(document.root, 'sandbox_mode') === 'danger-full-access';
  if (open)
    note({
      code: never ? 'approves-everything' : 'no-sandbox',
      detail: never ? 'The agent does everything without asking and without a sandbox.' : 'The agent’s commands run without a sandbox.',
      text: 'sandbox_mode: danger-full-access',
      where: document.placeOf(['sandbox_mode']),
    });
}
