/** Dockerfiles and Containerfiles: what the image runs as, what it is built from, and what is baked into it. */
import { defineDocument, type TextDocument } from '../engine/document.ts';
import type { Draft } from '../engine/reader.ts';
import { assignments, commandLine, dockerfileInstructions, type Instruction } from './dockerfile-instructions.ts';
import { imageFixity, type Note, noteInto } from './pipeline-practice.ts';
import { noteServerCommand, noteServerSettings } from './pipeline-server.ts';
import { noteShell } from './pipeline-shell.ts';

export default defineDocument({
  format: 'dockerfile',
  role: 'config',
  syntaxes: ['text'],
  names: /^(.{0,80}\.)?(dockerfile|containerfile)(\.[a-z0-9._-]{1,60})?$/,
  is: ({ name, text }) => !/\.(md|rst|html|ts|js|py|json|ya?ml|dockerignore)$/.test(name) && /^\s*(FROM|ARG)\s+\S/im.test(text),
  read: (document, draft) => readDockerfile(document, draft),
});

type Image = { readonly reference: string; readonly name: string | null; readonly instruction: Instruction };
type Reading = {
  readonly document: TextDocument;
  readonly note: Note;
  readonly instructions: readonly Instruction[];
  readonly variables: ReadonlyMap<string, string>;
};

function readDockerfile(document: TextDocument, draft: Draft): void {
  const instructions = dockerfileInstructions(document.text);
  const variables = new Map(instructions.filter(({ keyword }) => keyword === 'ARG').flatMap(({ rest }) => [...assignments(rest)]));
  const reading: Reading = { document, note: noteInto(draft, 'dockerfile'), instructions, variables };
  const images = instructions.filter(({ keyword }) => keyword === 'FROM').map((instruction) => imageOf(instruction, variables));
  draft.metadata.set('stages', images.length);
  const base = images.at(-1)?.reference;
  if (base !== undefined) draft.metadata.set('baseImage', base.slice(0, 300));
  readBases(images, reading);
  readUser(images, reading);
  for (const instruction of instructions) readInstruction(instruction, reading);
  readServer(reading);
}

function imageOf(instruction: Instruction, variables: ReadonlyMap<string, string>): Image {
  const words = instruction.rest
    .trim()
    .split(/\s+/)
    .filter((word) => !word.startsWith('--'));
  const [written = '', as = '', name] = words;
  return {
    reference: substituted(written, variables),
    name: as.toLowerCase() === 'as' && name !== undefined ? name.toLowerCase() : null,
    instruction,
  };
}

/** `${NAME}`, `${NAME:-default}` and `$NAME` of build arguments that have a default. */
function substituted(text: string, variables: ReadonlyMap<string, string>): string {
  return text
    .slice(0, 1000)
    .replace(/\$\{([A-Za-z_]\w*)(?::?-([^}]*))?\}/g, (whole, name: string, fallback?: string) => variables.get(name) || fallback || whole)
    .replace(/\$([A-Za-z_]\w*)/g, (whole, name: string) => variables.get(name) || whole);
}

function placeOf({ document }: Reading, { at, rest, keyword }: Instruction) {
  return document.placeAt(at, keyword.length + 1 + rest.length);
}

function readBases(images: readonly Image[], reading: Reading): void {
  const stages = new Set<string>();
  for (const { reference, name, instruction } of images) {
    const isOwn = stages.has(reference.toLowerCase()) || /^(scratch|\d+)$/.test(reference);
    if (name !== null) stages.add(name);
    if (isOwn) continue;
    const fixity = imageFixity(reference);
    const where = placeOf(reading, instruction);
    if (fixity === 'latest')
      reading.note({
        code: 'mutable-image',
        detail: 'The base image is whatever is newest when the image is built.',
        text: reference,
        where,
      });
    if (fixity === 'tag')
      reading.note({
        code: 'image-without-digest',
        detail: 'The base image is fixed by a tag, which can be moved.',
        text: reference,
        where,
      });
  }
}

/** The user of the last stage: what the container runs as. */
function readUser(images: readonly Image[], reading: Reading): void {
  const last = images.at(-1);
  if (!last) return;
  const { stage } = last.instruction;
  const user = reading.instructions.filter((known) => known.keyword === 'USER' && known.stage === stage).at(-1);
  const named = user === undefined ? null : (substituted(user.rest.trim(), reading.variables).split(':')[0] ?? '');
  if (named === null) {
    const ownStage = images.slice(0, -1).some(({ name }) => name === last.reference.toLowerCase());
    if (/nonroot|rootless|scratch|jovyan|jupyter\//.test(last.reference) || ownStage) return;
    reading.note({
      code: 'no-user',
      detail: 'No USER is set: unless the base image sets one, the container runs as root.',
      text: `FROM ${last.reference}`,
      where: placeOf(reading, last.instruction),
      certainty: 'possible',
    });
    return;
  }
  if (/^(root|0)$/.test(named) && user)
    reading.note({ code: 'runs-as-root', detail: 'The container runs as root.', text: `USER ${named}`, where: placeOf(reading, user) });
}

const secretFiles =
  /(^|[\s/"',])(\.env(\.(local|prod|production))?|id_rsa|id_ed25519|\.netrc|\.pypirc|\.npmrc|\.aws(\/credentials)?|\.ssh|\.kaggle(\/kaggle\.json)?|kaggle\.json|\.docker\/config\.json|service[-_]account[^\s"']{0,40}\.json|\.git-credentials)(?=[\s"',]|$)/;
const secretNames = /(^|_)(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY|CREDENTIALS?)$/i;

function readInstruction(instruction: Instruction, reading: Reading): void {
  const { keyword, rest, documents, restAt } = instruction;
  const { note, document } = reading;
  const where = placeOf(reading, instruction);
  if (keyword === 'RUN' || keyword === 'CMD' || keyword === 'ENTRYPOINT' || keyword === 'HEALTHCHECK') {
    noteShell(rest, note, (at) => document.placeAt(restAt + at));
    for (const body of documents) noteShell(body.text, note, (at) => document.placeAt(body.at + at));
    if (/--security=insecure/.test(rest))
      note({ code: 'privileged', detail: 'The build step runs with every right on the builder.', text: rest, where });
  }
  if (keyword === 'ADD') readAdd(rest, note, where);
  if ((keyword === 'COPY' || keyword === 'ADD') && !/--from=/.test(rest) && secretFiles.test(rest))
    note({
      code: 'copies-secret-file',
      detail: 'A file that usually holds secrets is copied into the image: everybody who pulls it can read it.',
      text: rest,
      where,
    });
  if (keyword === 'ENV' || keyword === 'ARG') readAssignments(instruction, reading);
}

function readAdd(rest: string, note: Note, where: ReturnType<typeof placeOf>): void {
  const address = /https?:\/\/[^\s"',]+/.exec(rest)?.[0];
  if (address === undefined || /--checksum=sha256:/.test(rest)) return;
  if (address.startsWith('http://'))
    note({ code: 'plain-http-model', detail: 'Adds a file fetched over http: anyone on the way can change it.', text: address, where });
  else
    note({
      code: 'model-without-digest',
      detail: 'Adds a file from the network whose content nothing fixes (ADD takes --checksum).',
      text: address,
      where,
    });
}

function readAssignments(instruction: Instruction, reading: Reading): void {
  const { keyword, rest } = instruction;
  const where = placeOf(reading, instruction);
  for (const [name, value] of assignments(rest)) {
    const isVariable = /^["']?\$/.test(value);
    if (keyword === 'ENV' && secretNames.test(name) && isVariable)
      reading.note({
        code: 'secret-in-image-environment',
        detail: 'A secret of the build becomes part of the image and of its history.',
        text: `${name}=${value}`,
        where,
      });
    if (keyword === 'ARG' && secretNames.test(name))
      reading.note({
        code: 'secret-build-argument',
        detail: 'Build arguments stand in the history of the image; secrets belong in --mount=type=secret.',
        text: name,
        where,
      });
  }
}

/** ENTRYPOINT and CMD of the last stage are one command line; their environment is that of the stage. */
function readServer(reading: Reading): void {
  const { instructions, note } = reading;
  const base = instructions.filter(({ keyword }) => keyword === 'FROM').at(-1)?.rest ?? '';
  const starts = instructions.filter(({ keyword }) => keyword === 'ENTRYPOINT' || keyword === 'CMD');
  const last = (word: string) => starts.filter(({ keyword }) => keyword === word).at(-1);
  const parts = [last('ENTRYPOINT'), last('CMD')].filter((part) => part !== undefined);
  for (const part of parts) {
    const line = parts.map(({ rest }) => commandLine(rest)).join(' ');
    noteServerCommand(line, note, { where: placeOf(reading, part), program: base });
    break;
  }
  for (const run of instructions.filter(({ keyword }) => keyword === 'RUN'))
    if (
      /jupyter_(notebook|server)_config|\.token\s*=\s*['"]{2}|\.password\s*=\s*['"]{2}/.test(run.rest) &&
      /\.(token|password)\s*=\s*u?\\?['"]\\?['"]/.test(run.rest)
    )
      note({
        code: 'server-without-authentication',
        detail: 'Writes a Jupyter configuration without token: whoever reaches the port runs code.',
        text: run.rest,
        where: placeOf(reading, run),
      });
  for (const instruction of instructions.filter(({ keyword }) => keyword === 'ENV'))
    noteServerSettings(assignments(instruction.rest), note, () => placeOf(reading, instruction));
}
