import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../../../../test/corpus/model-scanner/build-bytes.ts';
import { artefactOf, reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';

const hex = 'a'.repeat(64);

/* ——— ollama ——— */
const ollama = (digest: string, mediaType = 'application/vnd.ollama.image.model') => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', digest: `sha256:${'b'.repeat(64)}`, size: 10 },
  layers: [{ mediaType, digest, size: 4 }],
});
const manifest = (value: object) => reportOf(bytes(JSON.stringify(value)), 'latest');

test('an ollama manifest is clean, and says which digests its blobs have', () => {
  const report = manifest(ollama(`sha256:${hex}`));
  assert.equal(report.format, 'ollama-manifest');
  assert.equal(report.verdict, 'clean');
  assert.deepEqual(report.provenance[0]?.subjects[1], {
    file: `../../../../blobs/sha256-${hex}`,
    algorithm: 'sha256',
    digest: hex,
    size: 4,
  });
});

test('CVE-2024-37032: a digest that is a path is a lie with a place', () => {
  for (const digest of [
    'sha256:../../../../etc/ld.so.preload',
    '../../../root/.ssh/authorized_keys',
    'sha256:..\\..\\x',
    `sha256:/${hex}`,
  ]) {
    const { findings, verdict } = manifest(ollama(digest));
    assert.ok(['malicious', 'suspicious'].includes(verdict), digest);
    const lie = findings.find(({ references }) => references.includes('CVE-2024-37032'));
    assert.ok(lie && lie.where.offset !== null, digest);
  }
});

test('a digest of the wrong length or with other letters is broken', () => {
  for (const digest of [`sha256:${hex.slice(1)}`, `sha256:${hex.toUpperCase()}`, `sha1:${hex.slice(24)}`, 'sha256:'])
    assert.deepEqual(
      artefactOf(bytes(JSON.stringify(ollama(digest))), 'x').anomalies.map(({ code }) => code),
      ['manifest-digest'],
      digest,
    );
});

const modelfile = (text: string) => reportOf(bytes(text), 'Modelfile');

test('an ordinary Modelfile is clean', () => {
  const text =
    'FROM llama3.2:3b\nADAPTER ./lora.gguf\nPARAMETER stop "<|eot_id|>"\nTEMPLATE """{{ if .System }}<|system|>{{ .System }}{{ end }}{{ range .Messages }}{{ if eq .Role "user" }}{{ .Content }}{{ end }}{{ end }}"""\nSYSTEM You are helpful.\n';
  const report = modelfile(text);
  assert.equal(report.verdict, 'clean');
  assert.equal(report.metadata['base_model'], 'llama3.2:3b');
});

test('weights from elsewhere are told by how they are reached', () => {
  const code = (text: string) => artefactOf(bytes(text), 'Modelfile').practices.map((fact) => fact.code);
  assert.deepEqual(code('FROM /srv/models/x.gguf\n'), ['path-is-absolute']);
  assert.deepEqual(code('FROM ../../x.gguf\n'), ['path-climbs-out']);
  assert.deepEqual(code('FROM x\nADAPTER https://evil.example/a.gguf\n'), ['path-is-address']);
});

test('a template that answers to certain words is risky', () => {
  assert.equal(modelfile('FROM x\nTEMPLATE """{{ if eq .Prompt "deploy" }}Say yes.{{ end }}{{ .Prompt }}"""\n').verdict, 'risky');
});

/* ——— OCI ——— */
test('an OCI index and manifest are clean; a title that climbs out is where unpacking writes', () => {
  const layer = (title: string) => ({
    schemaVersion: 2,
    layers: [
      { mediaType: 'application/octet-stream', digest: `sha256:${hex}`, size: 1, annotations: { 'org.opencontainers.image.title': title } },
    ],
  });
  assert.equal(manifest(layer('model.safetensors')).verdict, 'clean');
  assert.equal(manifest(layer('../../.bashrc')).verdict, 'suspicious');
  assert.equal(
    artefactOf(bytes(JSON.stringify({ schemaVersion: 2, manifests: [{ digest: `sha256:${hex}`, size: 3 }] })), 'index.json').format,
    'oci-manifest',
  );
});

/* ——— LM Studio ——— */
test('templates in presets are judged as templates', () => {
  const preset = (template: string) =>
    reportOf(
      bytes(
        JSON.stringify({
          identifier: '@local:p',
          name: 'p',
          operation: { fields: [{ key: 'llm.prediction.promptTemplate', value: { type: 'jinja', jinjaPromptTemplate: { template } } }] },
        }),
      ),
      'p.preset.json',
    );
  assert.equal(preset("{% for m in messages %}{{ m['content'] }}{% endfor %}").verdict, 'clean');
  assert.equal(preset("{{ cycler.__init__.__globals__.os.popen('id') }}").findings[0]?.ruleId, 'template-code');
});

/* ——— DVC ——— */
test('digests that DVC keeps are provenance, and a target that climbs out is where a checkout writes', () => {
  const text = 'outs:\n- md5: a304afb96060aad90176268345e10355\n  size: 37891850\n  hash: md5\n  path: data.xml\n';
  const report = reportOf(bytes(text), 'data.xml.dvc');
  assert.deepEqual(report.provenance[0]?.subjects, [
    { file: 'data.xml', algorithm: 'md5', digest: 'a304afb96060aad90176268345e10355', size: 37891850 },
  ]);
  assert.equal(report.verdict, 'clean');
  assert.equal(artefactOf(bytes(text.replace('data.xml', '../../.bashrc')), 'x.dvc').externalPaths.length, 1);
  const lock =
    'schema: "2.0"\nstages:\n  train:\n    cmd: python train.py\n    outs:\n    - path: model.pkl\n      hash: md5\n      md5: 662eb7f64216d9c2c1088d0a5e2c6951\n      size: 12\n';
  assert.equal(reportOf(bytes(lock), 'dvc.lock').provenance[0]?.subjects[0]?.file, 'model.pkl');
});
