/** Instructions that agents read by themselves: skills, AGENTS.md, CLAUDE.md, rules of editors, prompts and commands. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { readHidden } from './agent-hidden.ts';
import { ordersIn } from './agent-orders.ts';
import { type Note, noteInto } from './pipeline-practice.ts';
import { shellParts } from './pipeline-shell.ts';

/** @source the agents' own documentation, 2026. */
const named =
  /^(skill|agents|agents\.override|claude|claude\.local|gemini|qwen|copilot-instructions|cursorrules|windsurfrules|conventions|system[_-]?prompt|prompt)\.(md|mdc|txt)$|^\.(cursorrules|windsurfrules|clinerules|roorules|goosehints|aider\.conventions)$|\.(mdc|prompt|prompty|instructions\.md|prompt\.md|chatmode\.md|agent\.md)$/;
const placed =
  /(^|\/)(\.cursor\/rules|\.windsurf\/rules|\.clinerules|\.roo\/rules[^/]*|\.kiro\/steering|\.amazonq\/rules|\.continue\/rules|\.github\/(instructions|prompts|agents|chatmodes)|\.claude\/(commands|agents|skills|rules)|\.codex\/(prompts|skills)|\.gemini\/commands|\.opencode\/(command|agent)s?|skills\/[^/]+|prompts?)\/[^\n]*\.(md|mdc|txt|j2|jinja|jinja2|prompt)$/;

/** What CrewAI tells its agents and gives them to do. */
const crew = /^(?:agents|tasks)\.ya?ml$/;

export default defineDocument({
  format: 'agent-instructions',
  role: 'config',
  syntaxes: ['text'],
  names: new RegExp(`${named.source}|${crew.source}`),
  paths: placed,
  is: ({ name, path, text }) =>
    named.test(name) || placed.test(path.toLowerCase()) || (crew.test(name) && /^\s+(?:backstory|expected_output)\s*:/m.test(text)),
  read: (document, draft) => {
    readInstructions(document, draft);
    // Prompty renders its text with Jinja.
    if (document.name.endsWith('.prompty'))
      draft.templates.push({ language: 'jinja', key: 'file', text: document.text.slice(0, 1_000_000), where: draft.where });
  },
});

function readInstructions(document: TextDocument, draft: Draft): void {
  const note = noteInto(draft, 'agent-instructions');
  draft.metadata.set('kind', kindOf(document));
  const { text } = document;
  readHidden(text, (at, length) => document.placeAt(at, length), { note, isAddressed: true });
  for (const { at, ...order } of ordersIn(text)) note({ ...order, where: document.placeAt(at, order.text.length), certainty: 'possible' });
  for (const { at, code, text: command } of shellParts(text)) {
    if (code === 'untrusted-index' && /http:\/\//i.test(command))
      note({
        code: 'remote-script-plain',
        detail: 'Has the agent install packages over a connection that nobody has checked.',
        text: command,
        where: document.placeAt(at, command.length),
        certainty: 'possible',
      });
    if (code !== 'remote-script') continue;
    note({
      code: isShady(command) ? 'remote-script-plain' : 'remote-script',
      detail: 'Has the agent fetch a script and run it without looking at it.',
      text: command,
      where: document.placeAt(at, command.length),
      certainty: 'possible',
    });
  }
  readTools(document, note);
}

function kindOf({ name, path }: TextDocument): string {
  if (name === 'skill.md') return 'skill';
  if (/prompt/.test(name) || /(^|\/)prompts?\//i.test(path)) return 'prompt';
  return /^(agents|claude|gemini)/.test(name) ? 'project instructions' : 'rules';
}

/** Addresses without a name or a certificate, and places where anybody leaves things for an hour. */
function isShady(command: string): boolean {
  return /http:\/\/(?!localhost|127\.)|https?:\/\/\d{1,3}(?:\.\d{1,3}){3}|pastebin\.com|paste\.ee|rentry\.co|transfer\.sh|ngrok|trycloudflare|webhook\.site|cdn\.discordapp|t\.me\//i.test(
    command,
  );
}

/** Front matter of skills, commands and agents: the tools they may use without asking. */
function readTools(document: TextDocument, note: Note): void {
  const front = /^\ufeff?---\r?\n([\s\S]{0,8000}?)\n---/.exec(document.text);
  if (!front) return;
  const line = /^(allowed-tools|tools|allowedTools)\s*:\s*(\S[^\n]{0,500}|(?:\n\s*-\s*[^\n]{1,200}){1,50})/m.exec(front[1] ?? '');
  if (!line) return;
  const list = line[2] ?? '';
  const where = document.placeAt((front.index ?? 0) + front[0].indexOf(line[0]), line[0].length);
  if (/(^|[\s,[("'-])\*($|[\s,\])"'])/.test(list))
    note({ code: 'every-tool', detail: 'Every tool may be used without asking.', text: line[0], where });
  else if (/\bBash\b(?!\s*\()|\bBash\(\s*\*?(?::\*)?\s*\)/.test(list))
    note({ code: 'any-command', detail: 'Any shell command may be run without asking.', text: line[0], where });
}
