import assert from 'node:assert/strict';
import { test } from 'node:test';
import { twoTensors } from '../../../../test/corpus/model-scanner/build-models.ts';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import type { FileReport } from '../engine/file-report.ts';
import { withRepositoryLicences } from './licence-repository.ts';
import { scanText } from './test-list.ts';

const at = (path: string, report: FileReport): FileReport => ({ ...report, path });
const text = (path: string, content: string) => at(path, scanText(path.slice(path.lastIndexOf('/') + 1), content));
const weights = (path: string) => at(path, reportOf(twoTensors, 'model.safetensors'));
const config = (path: string) => text(path, '{"model_type": "bert", "architectures": ["BertModel"]}');
const card = (path: string, licence: string) => text(path, `---\n${licence}library_name: transformers\n---\n# Model\n`);
const mit = 'MIT License\n\nPermission is hereby granted, free of charge, to any person obtaining a copy\nof this software';

const told = (...reports: readonly FileReport[]) =>
  withRepositoryLicences(reports)
    .filter(({ findings }) => findings.some(({ ruleId }) => ruleId === 'licence-missing'))
    .map(({ path, verdict, findings }) => [path, verdict, findings.length]);

test('weights with a configuration and no licence anywhere: the configuration is risky', () => {
  assert.deepEqual(told(config('m/config.json'), weights('m/model.safetensors')), [['m/config.json', 'risky', 1]]);
  assert.deepEqual(told(config('config.json'), weights('model.safetensors')), [['config.json', 'risky', 1]]);
});

test('a card without a licence has its finding already, and gets no second one', () => {
  assert.deepEqual(told(card('m/README.md', ''), config('m/config.json'), weights('m/model.safetensors')), [['m/README.md', 'risky', 1]]);
});

test('bare weights, and a configuration without weights, are no repository', () => {
  assert.deepEqual(told(weights('m/model.safetensors'), config('n/config.json'), text('m/notes.md', '# exec(')), []);
});

test('a licence in the card, in a LICENSE of the folder or of one above is enough; that of a neighbour is not', () => {
  const repository = [config('a/m/config.json'), weights('a/m/model.safetensors')];
  for (const licence of [card('a/m/README.md', 'license: mit\n'), text('a/m/LICENSE', mit), text('a/LICENSE', mit), text('LICENSE', mit)])
    assert.deepEqual(told(...repository, licence), [], licence.path);
  assert.equal(told(...repository, text('b/LICENSE', mit)).length, 1);
  assert.equal(told(...repository, text('a/kernel.cu', '// SPDX-License-Identifier: MIT\n')).length, 1, 'a header speaks for its file');
});

test('the parts of a pipeline and the modules of a model are one repository with one finding', () => {
  const index = text('p/model_index.json', '{"_class_name": "StableDiffusionPipeline", "unet": ["diffusers", "UNet2DConditionModel"]}');
  const parts = ['p/unet', 'p/vae'].flatMap((folder) => [config(`${folder}/config.json`), weights(`${folder}/model.safetensors`)]);
  assert.deepEqual(told(index, ...parts), [['p/model_index.json', 'risky', 1]]);
  const modules = ['s', 's/2_Dense'].flatMap((folder) => [config(`${folder}/config.json`), weights(`${folder}/model.safetensors`)]);
  assert.deepEqual(told(...modules), [['s/config.json', 'risky', 1]]);
});
