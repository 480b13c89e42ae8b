/** A bill of materials: what a model is made of, as drawing and as table. Names and versions are invented. */
import { useState } from 'react';
import { BillGraph } from '../../src/modules/model-scanner/bills/bill-graph.tsx';
import { BillTable } from '../../src/modules/model-scanner/bills/bill-table.tsx';
import type { Bill, BillComponent } from '../../src/modules/model-scanner/contract.ts';
import { Screen } from '../../src/ui/screen.tsx';
import { Section } from '../../src/ui/section.tsx';

const nothing = {
  version: null,
  purl: null,
  supplier: null,
  licences: [],
  format: null,
  scope: null,
  digest: null,
  place: null,
  places: 1,
  note: null,
};
const component = (kind: BillComponent['kind'], name: string, extra: Partial<BillComponent> = {}): BillComponent => ({
  ...nothing,
  key: `${kind}:${name}`,
  kind,
  name,
  ...extra,
});
const packages = ['torch', 'transformers', 'numpy', 'safetensors', 'tokenizers'];
const bill: Bill = {
  name: 'claims-triage',
  scan: { id: '0190a000-0000-7000-8000-000000000001', path: '/models/claims-triage', verdict: 'clean', finishedAt: '2026-05-11T18:10:00Z' },
  earlier: [],
  complete: true,
  completeness: { score: 61, missing: [{ field: 'supplier', models: 1 }], models: [] },
  counts: { model: 2, dataset: 1, package: packages.length, file: 0, service: 0 },
  components: [
    component('model', 'body.safetensors', {
      format: 'safetensors',
      licences: ['Apache-2.0'],
      digest: '9f3c20de'.repeat(8),
      place: 'model/body.safetensors',
    }),
    component('model', 'adapter\u202esrotcev.safetensors', { format: 'safetensors', place: 'adapter/adapter.safetensors' }),
    component('dataset', 'claims-2025.parquet', { format: 'parquet', licences: ['CC-BY-4.0'] }),
    ...packages.map((name) =>
      component('package', name, { version: '1.0.0', purl: `pkg:pypi/${name}@1.0.0`, scope: 'required', licences: ['BSD-3-Clause'] }),
    ),
  ],
  componentsLeftOut: 0,
  outsiders: [{ key: 'base:halden/base', kind: 'model', name: 'halden/base', purl: 'pkg:huggingface/halden/base' }],
  edges: [
    { from: 'base:halden/base', to: 'model:body.safetensors', kind: 'base of', mark: 'declared' },
    { from: 'dataset:claims-2025.parquet', to: 'model:body.safetensors', kind: 'trains', mark: 'static' },
    ...packages.map((name) => ({
      from: `package:${name}`,
      to: 'model:body.safetensors',
      kind: 'beside' as const,
      mark: 'static' as const,
    })),
  ],
};

export function BillScene() {
  const [chosen, setChosen] = useState<string | null>('model:body.safetensors');
  return (
    <Screen title="Bill of materials: claims-triage" shortTitle="Bill of materials">
      <Section title="Made of" note="dashed: declared, or not here">
        <BillGraph bill={bill} chosen={chosen} onChoose={setChosen} />
      </Section>
      <Section title="Components" note="8">
        <BillTable bill={bill} chosen={chosen} />
      </Section>
    </Screen>
  );
}
