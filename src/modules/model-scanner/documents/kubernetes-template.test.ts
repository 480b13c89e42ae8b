import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportOf } from '../../../../test/corpus/model-scanner/read-artefact.ts';
import { withoutActions } from './kubernetes-template.ts';

const chart = `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "chart.name" . }}
spec:
  template:
    spec:
      containers:
        - name: serve
          image: "{{ .Values.image }}:{{ .Values.tag }}"
          securityContext:
            privileged: true
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
{{- end }}
`;

test('a template is read as far as it is plain, and said to be read in part', () => {
  const report = reportOf(Buffer.from(chart), 'templates/deployment.yaml');
  assert.equal(report.format, 'helm-template');
  assert.equal(report.verdict, 'incomplete');
  const found = report.findings.find(({ ruleId }) => ruleId === 'workload-privilege');
  // The thirteenth line of the text above.
  assert.equal(found?.where.line, 13);
});

test('a template that nothing can be made of is incomplete, never clean', () => {
  const report = reportOf(Buffer.from('apiVersion: v1\nkind: Pod\n{{ range .x }}\n  - {{ . }}: [\n{{ end }}\n'), 'templates/a.yaml');
  assert.equal(report.verdict, 'incomplete');
});

test('offsets stay the same', () => {
  // Every action is as long as the word that stands for it.
  assert.equal(withoutActions(chart).length, chart.length);
});

test('a manifest with its actions in quotes is an ordinary one', () => {
  const report = reportOf(
    Buffer.from('apiVersion: v1\nkind: Pod\nmetadata: {name: "{{ .Values.name }}"}\nspec: {containers: [{name: a, image: a}]}\n'),
    'templates/a.yaml',
  );
  assert.equal(report.format, 'kubernetes');
  assert.equal(report.verdict, 'clean');
});
