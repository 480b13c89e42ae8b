/** `ai-spm <slice> <operation>`: made from the same endpoints that feed server, web app and OpenAPI. */
import { openAsBlob } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import type { Endpoint } from '../../contract/endpoint.ts';
import { login, logout } from '../../modules/identity/contract.ts';
import { commandLineKey } from '../../platform/config.ts';
import { endpoints } from '../contracts.generated.ts';
import { printAnswer } from './print-answer.ts';
import { askRemote, cliProblems, defaultUrl, downloadRemote, sessionFor } from './remote.ts';
import { forgetSession, saveSession } from './session-file.ts';

type Options = Readonly<Record<string, unknown>>;

/** @param words what was typed: only the operations that it names are worked out, and only the one it means is described */
export function registerRemote(program: Command, words: readonly string[]): void {
  const [tagMeant, operationMeant] = words[0] === 'help' ? words.slice(1) : words;
  program
    .command('login')
    .description('sign in to a running platform; the session is kept in a file only you can read')
    .option('--url <address>', 'address of the platform', defaultUrl)
    .option('--email <address>')
    .action(signIn);
  program.command('logout').description('end the session').option('--url <address>').action(signOut);
  const mine = endpoints.filter(
    ({ door, access, kind }) => door === 'product' && access !== 'service' && access !== 'public' && kind !== 'events' && kind !== 'relay',
  );
  for (const [tag, operations] of Map.groupBy(mine, ({ tag }) => tag)) {
    // A slice may have verbs of its own that need no platform; those keep their names.
    const known = program.commands.find((command) => command.name() === tag);
    const noun = known ?? program.command(tag).description(`${operations.length} operations; ai-spm ${tag} --help lists them`);
    const taken = new Set(noun.commands.map((command) => command.name()));
    if (noun.registeredArguments.length > 0 || tag !== tagMeant) continue;
    for (const endpoint of operations) {
      const isMeant = endpoint.operation === operationMeant;
      if (!taken.has(endpoint.operation)) addOperation(noun, endpoint, isMeant ? describe : () => '');
    }
  }
}

function addOperation(noun: Command, endpoint: Endpoint, described: (schema: z.ZodType) => string): void {
  const inPath = [...endpoint.path.matchAll(/:(\w+)/g)].map((match) => match[1] ?? '');
  const fields = endpoint.input instanceof z.ZodObject ? Object.entries(endpoint.input.shape) : [];
  const verb = noun.command(endpoint.operation).description(endpoint.summary);
  for (const name of inPath) verb.argument(`<${name}>`);
  for (const [name, schema] of fields) {
    if (inPath.includes(name) || !(schema instanceof z.ZodType)) continue;
    // `cloudProvider` and its promised twin `cloud_provider` are one option.
    const flag = `--${optionName(name)}`;
    if (!verb.options.some(({ long }) => long === flag)) verb.option(`${flag} <value>`, described(schema));
  }
  if (endpoint.kind === 'upload') verb.requiredOption('--body <path>', 'the file whose bytes are sent');
  verb.option('--url <address>', 'address of the platform; default: where you signed in').option('--json', 'print the answer as JSON');
  verb.action(async (...given: unknown[]) => {
    const words = given.slice(0, inPath.length);
    const options = (given[inPath.length] ?? {}) as Options;
    const input = { ...readOptions(fields, options), ...Object.fromEntries(inPath.map((name, index) => [name, String(words[index])])) };
    await run(endpoint, input, options);
  });
}

async function run(endpoint: Endpoint, input: unknown, options: Options): Promise<void> {
  const url = typeof options['url'] === 'string' ? options['url'] : undefined;
  const session = sessionFor(url);
  if (Object.keys(session.cookies).length === 0 && commandLineKey() === null) throw cliProblems.notSignedIn();
  if (endpoint.kind === 'file') {
    const body = await downloadRemote(session, endpoint, input);
    if (body !== null) await pipeline(Readable.fromWeb(body as import('node:stream/web').ReadableStream), process.stdout, { end: false });
    return;
  }
  const file = options['body'];
  const body = endpoint.kind === 'upload' && typeof file === 'string' ? await openAsBlob(file) : undefined;
  const answer = await askRemote(session, endpoint, input, body);
  printAnswer(answer, { json: options['json'] === true });
}

function optionName(field: string): string {
  return field.replaceAll('_', '-').replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** commander offers `--per-page` as `perPage`. */
function optionKey(field: string): string {
  return optionName(field).replaceAll(/-(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}

function describe(schema: z.ZodType): string {
  const words = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' });
  const choices = Array.isArray(words.enum) ? words.enum.join(' | ') : '';
  return [words.description ?? '', choices].filter((part) => part !== '').join(': ');
}

/** Text stays text where the schema takes it; everything else is read as JSON. */
function readOptions(fields: readonly (readonly [string, unknown])[], options: Options): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, schema] of fields) {
    const given = options[optionKey(name)];
    if (typeof given !== 'string' || !(schema instanceof z.ZodType)) continue;
    input[name] = schema.safeParse(given).success ? given : readJson(optionName(name), given);
  }
  return input;
}

function readJson(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw cliProblems.notText({ option: `--${option}`, reason: error instanceof Error ? error.message : '' });
  }
}

async function signIn({ url, email }: { url: string; email?: string }): Promise<void> {
  const session = { url, cookies: {} };
  const address = email ?? (await askLine('E-mail: '));
  const password = process.stdin.isTTY ? await askHidden('Password: ') : await askLine('');
  const answer = await askRemote(session, login, { email: address, password });
  saveSession(session);
  const { name, role } = z.object({ name: z.string(), role: z.string() }).parse(answer);
  process.stderr.write(`Signed in at ${url} as ${name} (${role}).\n`);
}

async function signOut({ url }: { url?: string }): Promise<void> {
  const session = sessionFor(url);
  if (Object.keys(session.cookies).length > 0) await askRemote(session, logout, {}).catch(() => {});
  forgetSession();
  process.stderr.write('Signed out.\n');
}

async function askLine(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}

/** Types without echo: the terminal's own line editing writes into nothing. */
async function askHidden(question: string): Promise<string> {
  process.stderr.write(question);
  const nothing = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nothing, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}
