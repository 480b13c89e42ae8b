/** Writes a vulnerability down by hand. */

import { useState } from 'react';
import { z } from 'zod';
import { useChange } from '../../../client/use-change.ts';
import { useEndpoint } from '../../../client/use-endpoint.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { Form, SelectField, TextAreaField, TextField } from '../../../ui/form.tsx';
import { mostFound, RecordField } from '../../../ui/record-search.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { listAssets } from '../../ai-assets/contract.ts';
import { createVulnerability } from '../contract.ts';

const severityChoices = ['critical', 'high', 'medium', 'low', 'informational'].map((value) => ({ value, label: value }));
const Draft = z.object({
  title: z.string().trim().min(3, 'Say what happens, in a few words.').max(300),
  description: z.string().max(8000),
  asset_id: z.uuid('Choose the asset.'),
  severity: z.enum(['', 'critical', 'high', 'medium', 'low', 'informational']),
  cvss_vector: z.string().trim().max(400),
  cve_id: z.string().trim(),
  remedy: z.string().trim().max(2000),
});

export function RecordDialog({ onClose, onDone }: { onClose: () => void; onDone: (id: string) => void }) {
  const create = useChange(createVulnerability, {
    invalidates: ['vulnerabilities', 'risk', 'dashboard'],
    onDone: ({ id, number }) => {
      toast({ text: `Recorded ${number}` });
      onDone(id);
      onClose();
    },
  });
  return (
    <Dialog open onClose={onClose} title="Record a vulnerability" description="For what no scan sees: reviews, reports, tests.">
      <Form
        schema={Draft}
        initial={{ title: '', description: '', asset_id: '', severity: '', cvss_vector: '', cve_id: '', remedy: '' }}
        onSubmit={({ severity, cvss_vector, cve_id, remedy, ...rest }) =>
          create.run({
            ...rest,
            ...(severity === '' ? {} : { severity }),
            ...(cvss_vector === '' ? {} : { cvss_vector }),
            ...(cve_id === '' ? {} : { cve_id }),
            ...(remedy === '' ? {} : { remedy }),
          })
        }
        problem={create.problem}
        submit="Record"
        busy="Recording…"
        onCancel={onClose}
      >
        <TextField name="title" label="What happens" placeholder="The prompt leaks the system text" />
        <TextAreaField name="description" label="Description" rows={3} />
        <AssetChoice />
        <SelectField name="severity" label="Severity" none="From the CVSS vector" choices={severityChoices} />
        <TextField name="cvss_vector" label="CVSS vector" mono help="3.0 and 3.1 are computed here; 4.0 needs a severity beside it." />
        <TextField name="cve_id" label="CVE" mono placeholder="CVE-2026-12345" />
        <TextField name="remedy" label="What ends it" />
      </Form>
    </Dialog>
  );
}

/** The inventory may be long: words narrow the choice. */
function AssetChoice() {
  const [text, setText] = useState('');
  const query = text.trim() === '' ? {} : { q: text.trim() };
  const found = useEndpoint(listAssets, { limit: mostFound, sort: 'name', ...query }, { keepPrevious: true });
  return (
    <RecordField
      name="asset_id"
      label="Asset"
      noun={['asset', 'assets']}
      placeholder="Name, owner, tag or key"
      text={text}
      onText={setText}
      found={found}
      noteOf={({ environment }) => environment ?? ''}
      nothing="No asset is in the inventory: register one, or let discovery find it."
    />
  );
}
