/** What a shell command line does, as far as its words tell: for `os.system`, subprocess and the magics of notebooks. */
import type { SourceFamily } from '../engine/artefact.ts';

export type CommandMeaning = {
  readonly family: SourceFamily | null;
  /** In words, when a family is recognised. */
  readonly what: string;
  /** Programs that only report or convert: `nvidia-smi`, `ffmpeg`, `git rev-parse`. */
  readonly ordinary: boolean;
  /** Downloads and runs, but from an address that people write in instructions: `curl … | sh`. */
  readonly installs: boolean;
  /** Python given with `-c`: to be read as source of its own. */
  readonly python: string | null;
};

const longestCommand = 20_000;

type Rule = { readonly family: SourceFamily; readonly what: string; readonly is: (line: string) => boolean };

const has =
  (pattern: RegExp) =>
  (line: string): boolean =>
    pattern.test(line);
const all =
  (...patterns: readonly RegExp[]) =>
  (line: string): boolean =>
    patterns.every((pattern) => pattern.test(line));

/** Files and values that open something: keys, tokens, histories, wallets. */
export const secretPath =
  /(^|[/\\~.])(\.ssh\b|id_rsa|id_ed25519|\.aws[/\\]|\.netrc|\.git-credentials|\.npmrc|\.pypirc|\.kube[/\\]|\.docker[/\\]config|\.gnupg|\.config[/\\]gcloud|\.azure[/\\]|\.bash_history|\.zsh_history|etc[/\\](passwd|shadow)|huggingface[/\\](token|stored_tokens)|Login Data|cookies\.sqlite|key4\.db|wallet\.dat|\.env\b|Local State|application_default_credentials|proc[/\\]self[/\\]environ|leveldb)/i;

/** Places from which something is run again and again. */
export const persistentPath =
  /(\.bashrc|\.bash_profile|\.zshrc|\.profile|authorized_keys|[/\\]etc[/\\](cron|profile|rc\.local|ld\.so\.preload|sudoers|systemd)|cron\.d|crontabs?[/\\]|LaunchAgents|LaunchDaemons|Start Menu[/\\]Programs[/\\]Startup|[/\\]Startup[/\\]|\{site\.[^}]*\}[/\\][^/\\]*(\.pth|customize\.py)|^[~/][^…]*(sitecustomize|usercustomize)\.py|systemd[/\\]user|\.config[/\\]autostart|site-packages[/\\][^/\\]*\.pth)/i;

const fetches = /(^|[\s;&|(`"'])(curl|wget|fetch|aria2c)\s/;
const interpreter = /\|\s*(sudo\s+(-\w+\s+)*)?((\/usr)?\/bin\/)?(env\s+)?(ba|z|da|k|c)?(sh|python[\d.]*|perl|ruby|node|php)\b/;

const rules: readonly Rule[] = [
  { family: 'reverse-shell', what: 'opens a shell to another host', is: has(/\/dev\/(tcp|udp)\/[^\s/]/) },
  {
    family: 'reverse-shell',
    what: 'opens a shell to another host',
    is: has(/(^|[\s;&|(`/])(nc|ncat|netcat|nc\.traditional|busybox nc)\s[^|;&\n]{0,200}(-\w*[ec]\w*\s|--exec\b|--sh-exec\b)/),
  },
  { family: 'reverse-shell', what: 'opens a shell to another host', is: all(/\bmkfifo\b/, /(^|[\s;&|(`/])(nc|ncat|netcat|openssl)\s/) },
  { family: 'reverse-shell', what: 'opens a shell to another host', is: all(/(^|[\s;&|(`/])socat\s/, /\bexec:/i, /\btcp/i) },
  {
    family: 'reverse-shell',
    what: 'opens a shell to another host',
    is: all(/\b(perl|ruby|php|lua|awk|gawk)\b/, /(socket|fsockopen|\/inet\/tcp)/i, /(exec|system|\/bin\/|sh -i|getline)/i),
  },
  {
    family: 'dropper',
    what: 'runs text that was decoded on the way',
    is: all(/\b(base64\s+(-d|-D|--decode)|xxd\s+-r|openssl\s+enc\s+-d)/, interpreter),
  },
  {
    family: 'dropper',
    what: 'runs a hidden PowerShell script',
    is: all(
      /\b(powershell|pwsh)(\.exe)?\b/i,
      /(\s-e(nc|ncodedcommand)?\s|frombase64string|\biex\b|invoke-expression|downloadstring|downloadfile|\biwr\b)/i,
    ),
  },
  {
    family: 'dropper',
    what: 'fetches a program with a tool of Windows and runs it',
    is: has(
      /\b(certutil(\.exe)?\s.{0,80}-urlcache|bitsadmin(\.exe)?\s.{0,40}\/transfer|mshta(\.exe)?\s+(https?|javascript|vbscript):|regsvr32(\.exe)?\s.{0,40}\/i:http|rundll32(\.exe)?\s+javascript:)/i,
    ),
  },
  {
    family: 'dropper',
    what: 'downloads a file, makes it a program and starts it',
    is: all(fetches, /\bchmod\s+(-R\s+)?([0-7]?[1357][0-7]{2}|[ugoa]*\+[rw]*x)/),
  },
  {
    family: 'exfiltration',
    what: 'sends credentials or the environment to another host',
    is: (line) =>
      /(^|[\s;&|(`])(curl|wget|nc|ncat|scp|rsync|ftp|tftp)\s/.test(line) &&
      /(-d\b|--data|-F\b|--form|-T\b|--upload-file|--post|\|\s*(nc|ncat|curl)\b|\bscp\b|\brsync\b|\$\(|`)/.test(line) &&
      (secretPath.test(line) || /(^|[\s;&|($`])(env|printenv|whoami|hostname|id|ifconfig|uname -a|history)\b\s*($|[)`|;&'"])/.test(line)) &&
      /(https?:\/\/|\w\.\w{2,}|\d+\.\d+\.\d+\.\d+|[^\s@]+@[^\s:]+:)/.test(line),
  },
  {
    family: 'exfiltration',
    what: 'hides values in names it looks up',
    is: has(/\b(nslookup|dig|host|ping)\s[^;&|\n]{0,100}(\$\(|`)/),
  },
  {
    family: 'persistence',
    what: 'has itself started again later',
    is: has(
      /(\|\s*crontab\b|\bcrontab\s+(-\s|[^-\s])|\bschtasks\b.{0,80}\/create|\breg(\.exe)?\s+add\b.{0,200}\\Run\b|\blaunchctl\s+(load|bootstrap)|\bsystemctl\s+(--user\s+)?enable\b|\buseradd\b|\bnet\s+user\s+\S+\s+\S+\s+\/add)/i,
    ),
  },
  {
    family: 'persistence',
    what: 'writes where programs are started from',
    is: (line) => />>?/.test(line) && persistentPath.test(line),
  },
  {
    family: 'destruction',
    what: 'deletes or overwrites what is not its own',
    is: has(
      /(\brm\s+(-\w+\s+)*-\w*[rR]\w*\s+(-\w+\s+)*(--no-preserve-root\s+)?["']?(\/|~|\$HOME|\/\*|~\/|\/home|\/etc|\/usr|\/var)["']?\/?\*?(\s|$|;|&)|\bmkfs(\.\w+)?\s|\bdd\s[^;|\n]{0,100}\bof=\/dev\/(sd|nvme|hd|vd)|:\(\)\s*\{\s*:\|:&\s*\};:|\bformat\s+c:|\bdel\s+\/[sfq]\s.{0,20}[a-z]:\\)/i,
    ),
  },
  { family: 'dropper', what: 'starts a miner', is: has(/\b(xmrig|minerd|cpuminer|nbminer|t-rex)\b|stratum\+(tcp|ssl):/i) },
];

const nothing: CommandMeaning = { family: null, what: '', ordinary: false, installs: false, python: null };

/** @param command as a shell would get it; longer ones are read at their beginning. */
export function commandMeaning(command: string): CommandMeaning {
  const line = command.slice(0, longestCommand).replaceAll(/\\\r?\n/g, ' ');
  const python = pythonIn(line);
  const rule = rules.find(({ is }) => is(line));
  if (rule) return { ...nothing, family: rule.family, what: rule.what, python };
  const runsFetched =
    fetches.test(line) &&
    (interpreter.test(line) || /\b(ba|z)?sh\s+(-c\s+["']?\$\(|<\()/.test(line) || /\b(eval|source|\.)\s+["']?(\$\(|<\()/.test(line));
  if (runsFetched) return { ...nothing, what: 'downloads a script and runs it unseen', installs: true, python };
  return { ...nothing, ordinary: isOrdinary(line), python };
}

/** Program and first argument that only report, or work on files they are given. */
const reporting: ReadonlyMap<string, RegExp | null> = new Map<string, RegExp | null>([
  ['nvidia-smi', null],
  ['rocm-smi', null],
  ['ffmpeg', null],
  ['ffprobe', null],
  ['sox', null],
  ['soxi', null],
  ['espeak', null],
  ['espeak-ng', null],
  ['git', /^(rev-parse|describe|log|status|branch|diff|config|show|remote|rev-list|ls-files|symbolic-ref|--version)/],
  ['nvcc', /^(--version|-V)/],
  ['gcc', /^(--version|-v|-dump)/],
  ['g++', /^(--version|-v|-dump)/],
  ['clang', /^(--version|-v)/],
  ['c++', /^(--version|-v|-dump)/],
  ['uname', null],
  ['nproc', null],
  ['lscpu', null],
  ['free', null],
  ['df', null],
  ['which', null],
  ['where', null],
  ['command', /^-v/],
  ['ldconfig', /^-p/],
  ['pkg-config', null],
  ['stty', /^size/],
  ['tput', null],
  ['clear', null],
  ['cls', null],
  ['sysctl', /^-n/],
  ['ninja', /^(--version|-v)/],
  ['cmake', /^--version/],
  ['hipconfig', null],
  ['llvm-config', null],
  ['sw_vers', null],
  ['vcgencmd', null],
]);

function isOrdinary(line: string): boolean {
  if (/[`]|\$\(|[<>]\s*\(/.test(line)) return false;
  const parts = line.split(/[;&|\n]+/).map((part) => part.trim());
  return parts.every((part) => {
    if (part === '') return true;
    const [program = '', ...rest] = part.replace(/^(sudo|time)\s+/, '').split(/\s+/);
    const name = program.slice(program.lastIndexOf('/') + 1).replace(/\.exe$/, '');
    if (!reporting.has(name) && !(['grep', 'awk', 'cut', 'head', 'tail', 'sed', 'wc', 'sort', 'tr'].includes(name) && parts.length > 1))
      return false;
    const shape = reporting.get(name);
    return shape === null || shape === undefined || shape.test(rest.filter((word) => !/^-C$/.test(word)).join(' '));
  });
}

/** `python3 -c "…"`: the text between the quotes. */
function pythonIn(line: string): string | null {
  const start = /\bpython[\d.]*(\.exe)?\s+(-\w+\s+)*-c\s+(["'])/.exec(line);
  if (!start) return null;
  const mark = start[3] ?? '"';
  const from = start.index + start[0].length;
  let made = '';
  for (let at = from; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '\\' && mark === '"') {
      made += line[at + 1] ?? '';
      at += 1;
    } else if (character === mark) break;
    else made += character;
  }
  return made;
}

/** Programs started by a list of arguments: the same question over the words. */
export function argumentsMeaning(words: readonly string[]): CommandMeaning {
  const [program = '', ...rest] = words;
  const name = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1);
  const script = rest.indexOf('-c');
  if (/^(ba|z|da|k)?sh$/.test(name) && rest.some((word) => /^-\w*c$/.test(word))) return commandMeaning(rest.at(-1) ?? '');
  if (/^python[\d.]*(\.exe)?$/.test(name) && script >= 0) return { ...nothing, python: rest[script + 1] ?? null };
  if (/^(cmd|cmd\.exe)$/i.test(name) && /^\/c$/i.test(rest[0] ?? '')) return commandMeaning(rest.slice(1).join(' '));
  return commandMeaning(words.join(' '));
}
