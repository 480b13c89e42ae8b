/**
 * Which calls of ordinary source act outside the process: the effects of the pickle tables, for the functions that a person would call
 * an action. A pickle has no business with most of the standard library; a program has: asyncio, logging or multiprocessing say nothing.
 */
import type { Effect } from '../../../contract/finding.ts';
import { effectOf, resolve, type Target } from '../pickle/names.ts';
import type { PickleFactTables } from '../pickle/tables.ts';
import { type NamedValue, qualified } from './python-values.ts';

/** Module → names in it that act; `*` is every function. A class named here acts when it is built. */
const acting: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    os: 'system popen popen2 popen3 popen4 startfile execl execle execlp execlpe execv execve execvp execvpe _execvpe spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe _spawnvef posix_spawn posix_spawnp fork forkpty',
    subprocess: 'run call check_call check_output Popen getoutput getstatusoutput',
    pty: 'spawn fork',
    commands: 'getoutput getstatusoutput',
    popen2: '*',
    _posixsubprocess: '*',
    _winapi: 'CreateProcess',
    platform: 'popen',
    asyncio: 'create_subprocess_exec create_subprocess_shell open_connection subprocess_exec',
    runpy: '*',
    imp: 'load_source load_dynamic load_compiled load_module',
    zipimport: 'zipimporter',
    code: 'interact InteractiveConsole InteractiveInterpreter',
    pip: 'main',
    'pip._internal': 'main',
    'pip._internal.cli.main': 'main',
    'distutils.spawn': 'spawn',
    pexpect: 'spawn run runu',
    ptyprocess: 'spawn',
    sh: '*',
    plumbum: '*',
    delegator: 'run chain',
    envoy: 'run connect',
    invoke: 'run',
    ctypes: 'CDLL PyDLL WinDLL OleDLL cdll.LoadLibrary windll.LoadLibrary windll',
    socket: 'create_connection gethostbyname gethostbyname_ex getaddrinfo create_server',
    'http.client': '',
    'urllib.request': 'urlopen urlretrieve URLopener',
    urllib: 'urlopen urlretrieve',
    urllib2: 'urlopen',
    ftplib: 'FTP FTP_TLS',
    smtplib: 'SMTP SMTP_SSL',
    telnetlib: 'Telnet',
    imaplib: 'IMAP4 IMAP4_SSL IMAP4_stream',
    'xmlrpc.client': 'ServerProxy',
    xmlrpclib: 'ServerProxy',
    requests: 'get post put patch delete head options request',
    'requests.api': 'get post put patch delete head options request',
    httpx: 'get post put patch delete head options request stream',
    'httpx._api': 'get post put patch delete head options request stream',
    urllib3: 'request',
    aiohttp: 'request',
    wget: 'download',
    websocket: 'create_connection',
    websockets: 'connect',
    paramiko: 'Transport',
    winreg: 'SetValueEx SetValue CreateKey CreateKeyEx',
    _winreg: 'SetValueEx SetValue CreateKey CreateKeyEx',
    marshal: 'loads load',
    'torch.utils.cpp_extension': 'load load_inline',
    'torch.ops': 'load_library',
    'torch.classes': 'load_library',
    tensorflow: 'load_op_library load_library',
  }).map(([module, names]) => [module, new Set(names.split(' ').filter(Boolean))]),
);

/** Objects of these classes act through these methods. */
const methods: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'socket socket': 'connect connect_ex sendto send sendall',
    'socket create_connection': 'send sendall',
    'requests Session': 'get post put patch delete head options request send',
    'requests session': 'get post put patch delete head options request send',
    'requests.sessions Session': 'get post put patch delete head options request send',
    'httpx Client': 'get post put patch delete head options request send stream',
    'httpx AsyncClient': 'get post put patch delete head options request send stream',
    'aiohttp ClientSession': 'get post put patch delete head options request ws_connect',
    'urllib3 PoolManager': 'request urlopen request_encode_body',
    'urllib3 ProxyManager': 'request urlopen',
    'urllib.request build_opener': 'open',
    'http.client HTTPConnection': 'request putrequest connect',
    'http.client HTTPSConnection': 'request putrequest connect',
    'httplib HTTPConnection': 'request',
    'httplib HTTPSConnection': 'request',
    'httplib2 Http': 'request',
    'paramiko SSHClient': 'connect exec_command',
    'paramiko.client SSHClient': 'connect exec_command',
    'websocket WebSocketApp': 'run_forever',
    'websocket WebSocket': 'connect send',
    'IPython get_ipython': 'system getoutput run_cell run_line_magic run_cell_magic',
    'builtins get_ipython': 'system getoutput run_cell run_line_magic run_cell_magic',
  }).map(([key, names]) => [key, new Set(names.split(' '))]),
);

/** Methods of a library opened with ctypes that start programs. */
export const nativeExec: ReadonlySet<string> = new Set([
  'system',
  'popen',
  'execv',
  'execve',
  'execl',
  'execlp',
  'WinExec',
  'ShellExecuteA',
  'ShellExecuteW',
  'CreateProcessA',
  'CreateProcessW',
]);

/** Last parts of all names above, and the modules of which every name acts: other calls need not be looked up. */
export const actingNames: ReadonlySet<string> = new Set([...acting.values()].flatMap((names) => [...names].map(lastPart)));
export const actingModules: ReadonlySet<string> = new Set([...acting].filter(([, names]) => names.has('*')).map(([module]) => module));

export function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

type SourceEffect = { readonly effect: Effect; readonly target: Target };

/** Module and name as the tables spell them: re-exports and submodules followed. */
export function targetOf(tables: PickleFactTables, { module, name }: Pick<NamedValue, 'module' | 'name'>): Target {
  return resolve(tables, module, name, 3);
}

/** `http` and `client.HTTPSConnection` are also `http.client` and `HTTPSConnection`: modules reached through their package. */
export function deeper({ module, name, marks }: NamedValue): NamedValue | null {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? null : { kind: 'named', module: `${module}.${name.slice(0, dot)}`, name: name.slice(dot + 1), marks };
}

/** What calling a named function does outside the process; null for everything that is ordinary in a program. */
export function effectOfCall(tables: PickleFactTables, called: NamedValue): SourceEffect | null {
  const target = targetOf(tables, called);
  const names = acting.get(target.module);
  const inner = names ? null : deeper(called);
  if (inner && acting.has(inner.module)) return effectOfCall(tables, inner);
  if (!names || !(names.has('*') || names.has(target.name) || names.has(target.name.split('.')[0] ?? ''))) return null;
  const fact = target.effect ?? effectOf(tables, target.module, target.name);
  return fact && fact.effect !== 'none' ? { effect: fact.effect === 'dos' ? 'exec' : fact.effect, target } : null;
}

/** What a method of an object made by `maker` does. */
export function effectOfMethod(tables: PickleFactTables, maker: NamedValue, method: string): Effect | null {
  const target = targetOf(tables, maker);
  if (target.module === 'ctypes' && nativeExec.has(method)) return 'exec';
  const inner = deeper(maker);
  if (inner && methods.has(`${inner.module} ${inner.name}`)) return effectOfMethod(tables, inner, method);
  if (!methods.get(target.key)?.has(method) && !methods.get(`${maker.module} ${maker.name}`)?.has(method)) return null;
  if (maker.name === 'get_ipython') return 'exec';
  return effectOf(tables, target.module, target.name)?.effect ?? effectOf(tables, maker.module, maker.name)?.effect ?? 'net';
}

/** Harmful enough that reaching it by a hidden name is worth a word. */
export function isHarmfulName(tables: PickleFactTables, value: NamedValue): boolean {
  const shown = qualified(value);
  return shown === 'exec' || shown === 'eval' || effectOfCall(tables, value) !== null;
}
