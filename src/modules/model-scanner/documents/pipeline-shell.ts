/** Shell commands in images, workflows, manifests and instructions: what they fetch and run without looking at it. */
import type { Where } from '../../../contract/finding.ts';
import type { Note } from './pipeline-practice.ts';

export type ShellPart = { readonly code: string; readonly detail: string; readonly text: string; readonly at: number };

type Rule = {
  readonly code: string;
  readonly detail: string;
  /** Linear; a match ends within one command line. */
  readonly pattern: RegExp;
  readonly unless?: RegExp;
};

const fetcher = String.raw`(?:curl|wget|fetch|aria2c|irm|iwr|Invoke-WebRequest|Invoke-RestMethod)\b`;
const runner = String.raw`(?:sudo\s+(?:-[A-Za-z]+\s+){0,4})?(?:/(?:usr/)?bin/)?(?:env\s+)?(?:ba|z|da|k|fi)?sh\b|(?:sudo\s+)?python[0-9.]*\b|(?:sudo\s+)?(?:node|perl|ruby|php)\b|iex\b|Invoke-Expression\b`;
const checks = /sha(256|512|1)sum|gpg\s+--verify|cosign\s+verify|shasum|minisign|--checksum/;
const weights = String.raw`\.(?:safetensors|gguf|ggml|bin|pt|pth|ckpt|onnx|h5|pkl|joblib|tflite|mar|nemo|tar\.gz|zip)\b`;

const rules: readonly Rule[] = [
  {
    code: 'remote-script',
    detail: 'Fetches a script and runs it without looking at it.',
    pattern: new RegExp(String.raw`${fetcher}[^\n|;&]{0,400}\|\s{0,20}(?:${runner})`, 'gi'),
  },
  {
    code: 'remote-script',
    detail: 'Runs what a server answers.',
    pattern: new RegExp(
      String.raw`(?:(?:ba|z|da)?sh|source|eval|\.)\s{1,10}(?:-c\s{0,5})?["']?(?:<\(|\$\(|${'`'})\s{0,10}${fetcher}[^\n)]{0,400}`,
      'gi',
    ),
  },
  {
    code: 'evaluated-input',
    detail: 'Hands a program to saved_model_cli, which old versions evaluate as Python.',
    pattern:
      /\bsaved_model_cli\s{1,20}run\b[^\n|;&]{0,400}--input_(?:examples|exprs)\b[^\n|;&]{0,400}?(?:__import__|\b(?:eval|exec|open|getattr)\s?\(|\b(?:os|subprocess|sys)\.)/gi,
  },
  {
    code: 'certificate-check-off',
    detail: 'Turns off the check of the server’s certificate.',
    pattern:
      /\bcurl\b[^\n|;&]{0,200}\s(?:-[a-zA-Z]{0,8}k[a-zA-Z]{0,8}|--insecure)\s[^\n|;&]{0,200}https|\bwget\b[^\n|;&]{0,200}--no-check-certificate|http\.sslVerify[= ]+false|GIT_SSL_NO_VERIFY=(?:1|true)|NODE_TLS_REJECT_UNAUTHORIZED=["']?0|PYTHONHTTPSVERIFY=["']?0|\bnpm\s+config\s+set\s+strict-ssl\s+false/gi,
  },
  {
    code: 'untrusted-index',
    detail: 'Installs packages over a connection that nobody has checked.',
    pattern:
      /--trusted-host\b|(?:--index-url|--extra-index-url|-i)[= ]{1,3}http:\/\/(?!localhost|127\.)|PIP_(?:EXTRA_)?INDEX_URL=["']?http:\/\/|--allow-unauthenticated\b|--force-yes\b/gi,
  },
  {
    code: 'plain-http-model',
    detail: 'Fetches a model or data over http: anyone on the way can change it.',
    pattern: new RegExp(
      String.raw`(?:curl|wget|aria2c)\b[^\n|;&]{0,300}\bhttp://(?!localhost|127\.|0\.0\.0\.0)[^\s"'|;&]{3,300}${weights}`,
      'gi',
    ),
  },
  {
    code: 'model-without-digest',
    detail: 'Fetches a model whose content nothing fixes.',
    pattern:
      /(?:curl|wget|aria2c)\b[^\n|;&]{0,300}\bhttps:\/\/[^\s"'|;&]{3,300}\.(?:safetensors|gguf|ggml|pt|pth|ckpt|onnx|pkl|joblib|tflite|nemo)\b|\b(?:huggingface-cli|hf)\s+download\s[^\n|;&]{1,300}|\bgit\s+(?:lfs\s+)?clone\s[^\n|;&]{0,200}huggingface\.co\/[^\s"'|;&]{3,200}|\bollama\s+pull\s+[^\n|;&]{1,200}/gi,
    unless: /--revision[= ]+["']?[0-9a-f]{40}|sha(?:256|512)|\/resolve\/[0-9a-f]{40}\/|cosign|model_signing|git\s+checkout\s+[0-9a-f]{40}/i,
  },
];

/** @returns what stands in the text, each with its character offset. Linear in the text. */
export function shellParts(text: string): ShellPart[] {
  const found: ShellPart[] = [];
  for (const { code, detail, pattern, unless } of rules)
    for (const match of text.matchAll(pattern)) {
      const around = text.slice(Math.max(0, match.index - 200), match.index + match[0].length + 400);
      if (unless?.test(around) || (code === 'remote-script' && checks.test(around))) continue;
      found.push({ code, detail, text: match[0], at: match.index });
      if (found.length >= 100) return found;
    }
  return [...found, ...fetchedPrograms(text), ...fetchedPython(text)];
}

const fetchedFile = new RegExp(
  String.raw`\b${fetcher}[^\n|;&]{0,400}?(?:\s-[A-Za-z]{0,6}[oO]\s{0,5}|--output(?:-document)?[= ]|>)\s{0,5}["']?([\w./~${'$'}{}-]{2,200})`,
  'gi',
);

/** `wget -O /tmp/a … && chmod +x /tmp/a && /tmp/a`: what was fetched is started by the same script, and nothing compares it. */
function fetchedPrograms(text: string): ShellPart[] {
  const found: ShellPart[] = [];
  for (const match of text.matchAll(fetchedFile)) {
    const file = match[1] ?? '';
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 1000);
    const commands = after.split(/&&|\|\||[;\n|]/).slice(1);
    const starts = commands.some((command) => startsFile(command.trim().split(/\s+/), file));
    if (starts && !checks.test(after) && found.length < 100)
      found.push({
        code: 'remote-script',
        detail: 'Fetches a program and runs it without looking at it.',
        text: match[0] + (/^[^\n|;&]{0,300}/.exec(after)?.[0] ?? ''),
        at: match.index,
      });
  }
  return found;
}

function startsFile(words: readonly string[], file: string): boolean {
  const [first = '', ...rest] = words.filter((word) => !/^(?:RUN|sudo|exec|nohup|time|env|-[A-Za-z]+|\w+=\S*)$/.test(word));
  const same = (word: string | undefined): boolean => word?.replace(/^\.\//, '').replace(/^["']|["']$/g, '') === file.replace(/^\.\//, '');
  if (same(first)) return true;
  return /^(?:.*\/)?(?:(?:ba|z|da|k)?sh|source|\.|python[\d.]*|perl|ruby|node)$/.test(first) && same(rest[0]);
}

/** `python -c "exec(urlopen(…).read())"`. */
function fetchedPython(text: string): ShellPart[] {
  return [...text.matchAll(/\bpython[\d.]*\s{1,10}-c\s[^\n]{1,1000}/g)]
    .filter(([line]) => /\b(?:exec|eval)\s?\(/.test(line) && /urlopen|urlretrieve|requests\.get|urllib/.test(line))
    .slice(0, 100)
    .map(({ 0: line, index }) => ({
      code: 'remote-script',
      detail: 'Fetches a program and runs it without looking at it.',
      text: line,
      at: index,
    }));
}

/** @param placeAt place of a character offset of `text`. */
export function noteShell(text: string, note: Note, placeAt: (at: number) => Where): void {
  const masked = withoutComments(text);
  for (const { at, ...part } of shellParts(masked)) {
    const isPlain = part.code === 'remote-script' && /http:\/\/(?!localhost|127\.)/i.test(part.text);
    note({ ...part, code: isPlain ? 'remote-script-plain' : part.code, where: placeAt(at) });
  }
}

/** Comments as spaces: a line that begins with `#`, or `#` behind a space outside quotes. Offsets stay. Continued lines become one. */
export function withoutComments(text: string): string {
  return text
    .split('\n')
    .map((line) => (/^\s*#/.test(line) ? ' '.repeat(line.length) : line))
    .join('\n')
    .replace(/\\\n/g, '  ');
}
