/** Methods of objects that a library made: sessions, sockets, files, paths, opened libraries. */

import { noteFormatter } from './handed-functions.ts';
import type { Call, Site } from './python-call.ts';
import { deepMarks, isTextual, marks, marksOf, qualified, type ResultValue, unknownWith, type Value, withMarks } from './python-values.ts';
import { effectOfMethod } from './source-effects.ts';
import type { SourceRun } from './source-run.ts';
import { commandSink, executeText, networkSink, pathOf, readFrom, writeInto } from './source-sinks.ts';

type MethodCall = { readonly owner: ResultValue; readonly name: string; readonly call: Call; readonly site: Site };

const opened = new Set([
  'open',
  'io.open',
  'codecs.open',
  'os.fdopen',
  'gzip.open',
  'tempfile.NamedTemporaryFile',
  'tempfile.TemporaryFile',
  'tempfile.mkstemp',
  'zipfile.ZipFile',
]);
/** Functions of Windows and POSIX that make bytes run. */
export const shellcode =
  /^(VirtualAlloc|VirtualAllocEx|VirtualProtect|RtlMoveMemory|RtlCopyMemory|CreateThread|CreateRemoteThread|WriteProcessMemory|NtCreateThreadEx|mprotect)$/;

export function callResultMethod(run: SourceRun, method: MethodCall): Value {
  const { owner, name, call, site } = method;
  const all = [...call.args, ...call.keywords.values()];
  const maker = qualified(owner.of);
  if (isPath(owner)) return callPath(run, method);
  if (opened.has(maker)) return callFile(run, method);
  if (maker.startsWith('ctypes.') && shellcode.test(name)) recordShellcode(run, maker, method);
  if (maker === 'socket.socket' && (name === 'recv' || name === 'recvfrom')) return unknownWith(marks.downloaded);
  if (maker === 'socket.socket' && (name === 'fileno' || name === 'makefile')) return { ...owner, marks: owner.marks | marks.downloaded };
  if (/(^|\.)get_ipython$/.test(maker) && name.startsWith('run_')) return callMagic(run, method);
  if (maker === 'string.Formatter') noteFormatter(run, call.args, site);
  const effect = effectOfMethod(run.tables, owner.of, name);
  const expression = () => site.expression(`${maker}().${name}`);
  if (effect === 'net') return networkSink(run, { call, expression: expression(), site });
  if (effect === 'exec') return commandSink(run, { call, expression: expression(), site, reflected: 0 });
  if (maker === 'socket.create_connection' && name.startsWith('recv')) return unknownWith(marks.downloaded);
  if (name === 'fileno') return owner;
  return unknownWith(owner.marks | deepMarks(owner, 1) | marksOf(all));
}

const shellMagics = new Set(['system', 'sx', 'sh', 'bash', 'shell', 'cmd', 'script', '!']);
const packageMagics = new Set(['pip', 'conda', 'mamba', 'micromamba', 'uv']);

/** `get_ipython().run_line_magic('pip', 'install …')`, `.run_cell_magic('bash', '', '…')`, `.run_cell('…')`. */
function callMagic(run: SourceRun, { owner, name, call, site }: MethodCall): Value {
  const expression = site.expression(`${qualified(owner.of)}().${name}`);
  const [first, line, cell] = call.args;
  if (name === 'run_cell') return executeText(run, first, { expression, at: site.at, end: site.end, scope: site.scope });
  const body = name === 'run_cell_magic' ? cell : line;
  if (!isTextual(first) || !isTextual(body)) return commandSink(run, { call, expression, site, reflected: 0 });
  const start = (command: Value) => commandSink(run, { call: { args: [command], keywords: new Map() }, expression, site, reflected: 0 });
  if (shellMagics.has(first.text)) return start(body);
  if (packageMagics.has(first.text)) return start({ ...body, text: `${first.text} ${body.text}` });
  if (first.text === 'run') return start({ ...body, text: `python ${body.text}` });
  return name === 'run_cell_magic' && !/^(?:writefile|file|html|javascript|js|svg|latex|markdown)$/.test(first.text)
    ? executeText(run, body, { expression, at: site.at, end: site.end, scope: site.scope })
    : unknownWith(0);
}

function recordShellcode(run: SourceRun, maker: string, { name, site }: MethodCall): void {
  run.record({
    effect: 'exec',
    certainty: 'proved',
    family: 'shellcode',
    because: 'It puts bytes into executable memory.',
    expression: site.expression(`${maker}.${name}`),
    at: site.at,
    end: site.end,
  });
}

/** A path object of pathlib. */
export function isPath(value: Value): boolean {
  return (
    value.kind === 'result' &&
    /(^|\.)(Pure)?(Posix|Windows)?Path(\.home|\.cwd)?$/.test(value.of.name) &&
    /^(pathlib|$)/.test(value.of.module)
  );
}

function callPath(run: SourceRun, { owner, name, call, site }: MethodCall): Value {
  const path = pathOf(owner);
  if (name === 'write_text' || name === 'write_bytes') {
    writeInto(run, { path: owner, data: call.args[0], expression: site.expression(`Path(${path ?? '…'}).${name}`), site });
    return unknownWith(0);
  }
  if (name === 'read_text' || name === 'read_bytes') return readFrom(path);
  if (name === 'open')
    return { kind: 'result', of: { kind: 'named', module: 'io', name: 'open', marks: 0 }, args: [owner, ...call.args], marks: owner.marks };
  if (name === 'joinpath') return { ...owner, args: [...owner.args, ...call.args] };
  if (['expanduser', 'resolve', 'absolute', 'with_suffix', 'as_posix'].includes(name)) return owner;
  return unknownWith(owner.marks);
}

function callFile(run: SourceRun, { owner, name, call, site }: MethodCall): Value {
  const [path] = owner.args;
  if (name === 'write' || name === 'writelines') {
    writeInto(run, { path: path ?? owner, data: call.args[0], expression: site.expression(`${qualified(owner.of)}(…).${name}`), site });
    return unknownWith(0);
  }
  if (name === 'read' || name === 'readlines' || name === 'readline')
    return withMarks(readFrom(pathOf(path)), owner.marks & (marks.secret | marks.downloaded | marks.decoded));
  if (name === '__enter__') return owner;
  if (name === 'extractall') return unknownWith(0);
  return unknownWith(owner.marks);
}
