/** Components in states the other scenes do not show. */
import { Trash2 } from 'lucide-react';
import { useState } from 'react';
import { z } from 'zod';
import { Button, IconButton } from '../../src/ui/button.tsx';
import { Confirm } from '../../src/ui/confirm.tsx';
import { CopyButton } from '../../src/ui/copy-button.tsx';
import { CoverageBar } from '../../src/ui/coverage-bar.tsx';
import { DueBar } from '../../src/ui/due-bar.tsx';
import { CheckboxField, Form, PasswordField, SelectField, TextAreaField, TextField } from '../../src/ui/form.tsx';
import { InertText } from '../../src/ui/inert-text.tsx';
import { EmptyNote, Loaded, LoadingLines, ProblemNote } from '../../src/ui/loaded.tsx';
import { Mark } from '../../src/ui/mark.tsx';
import { Delta } from '../../src/ui/movement.tsx';
import { Progress } from '../../src/ui/progress.tsx';
import { FullTime, RelativeTime } from '../../src/ui/relative-time.tsx';
import { Screen } from '../../src/ui/screen.tsx';
import { Columns, Section } from '../../src/ui/section.tsx';
import { OutcomeChip, SeverityChip, SeverityWord, StatusWord, VerdictChip, VerdictWord } from '../../src/ui/severity.tsx';
import { Badge, CountBadge, Tag } from '../../src/ui/tag.tsx';
import { toast } from '../../src/ui/toast-store.ts';
import { Sparkline, TrendLine } from '../../src/ui/trend-line.tsx';

const severities = ['critical', 'high', 'medium', 'low', 'informational', 'unknown'] as const;
const statuses = ['open', 'in-progress', 'resolved-claimed', 'resolved-verified', 'false-positive', 'risk-accepted', 'on-hold'] as const;
const verdicts = ['malicious', 'suspicious', 'incomplete', 'risky', 'clean', 'unsupported'] as const;
const outcomes = ['met', 'partly', 'not-met', 'not-assessed'] as const;
const marks = ['static', 'observed', 'imported', 'declared', 'inferred'] as const;
const now = Date.now();
const hour = 3_600_000;
const gappy = [3, 4, 4, 6, null, null, 7, 6, 8, 9].map((value, place) => ({ at: now - (10 - place) * 24 * hour, value }));
const refused = {
  code: 'ai-assets.nameTaken',
  message: 'Another asset has this name.',
  status: 409,
  traceId: '0af7651916cd43dd8448eb211c80319c',
  issues: [{ path: 'name', message: 'Is taken already.' }],
};
const Draft = z.object({
  name: z.string().min(3, 'At least three letters.'),
  secret: z.string(),
  type: z.string(),
  note: z.string(),
  agree: z.boolean(),
});
const row = 'flex flex-wrap items-center gap-3 pb-3';

export function KitScene() {
  const [asks, setAsks] = useState(false);
  return (
    <Screen title="Kit" subtitle="States that the other scenes do not show.">
      <Columns tracks="1fr 1fr">
        <div>
          <Section title="Buttons">
            <p className={row}>
              <Button kind="primary">Scan the folder</Button>
              <Button>Assign</Button>
              <Button kind="quiet">Later</Button>
              <Button kind="destructive" icon={Trash2} onClick={() => setAsks(true)}>
                Delete
              </Button>
              <IconButton icon={Trash2} label="Delete" />
            </p>
            <p className={row}>
              <Button kind="primary" busy="Scanning…">
                Scan the folder
              </Button>
              <Button refused="Only a CISO can grant this.">Grant</Button>
              <Button size="small">Small</Button>
              <Button keys="e" onClick={() => toast({ text: 'Assigned 3 to Aiko Brandt', undo: () => undefined })}>
                Toast
              </Button>
              <CopyButton text="copied" />
            </p>
            <Confirm
              open={asks}
              onClose={() => setAsks(false)}
              title="Delete claims-triage?"
              effect="Ends 2 schedules and forgets 412 findings. This cannot be undone."
              verb="Delete the asset"
              name="claims-triage"
              onConfirm={() => setAsks(false)}
            />
          </Section>
          <Section title="Words">
            <p className={row}>
              {severities.map((severity) => (
                <SeverityChip key={severity} severity={severity} />
              ))}
            </p>
            <p className={row}>
              {severities.map((severity) => (
                <SeverityWord key={severity} severity={severity} />
              ))}
            </p>
            <p className={row}>
              {statuses.map((status) => (
                <StatusWord key={status} status={status} />
              ))}
            </p>
            <p className={row}>
              {verdicts.map((verdict) => (
                <VerdictChip key={verdict} verdict={verdict} />
              ))}
            </p>
            <p className={row}>
              <VerdictWord verdict="clean" />
            </p>
            <p className={row}>
              {outcomes.map((outcome) => (
                <OutcomeChip key={outcome} outcome={outcome} />
              ))}
            </p>
            <p className={row}>
              {marks.map((mark) => (
                <Mark key={mark} mark={mark} />
              ))}
              <Tag>model</Tag>
              <Badge tone="accent">beta</Badge>
              <CountBadge count={9} label="9 alerts" />
            </p>
            <p className={row}>
              <DueBar due={now - 80 * hour} />
              <DueBar due={now + 5 * hour} start={now - 20 * hour} />
              <DueBar due={now + 50 * hour} />
              <DueBar due={now + 500 * hour} />
              <DueBar due={now} onHold />
              <DueBar due={null} />
            </p>
            <p className={row}>
              <RelativeTime at={now - 3 * hour} />
              <RelativeTime at={null} />
              <FullTime at={now - 40 * hour} />
              <InertText text={'safe\u202egpj.exe \u001b[31m'} />
            </p>
          </Section>
          <Section title="Coverage and change">
            <div className="grid gap-4">
              <CoverageBar assessed={0.86} of="by weight" />
              <CoverageBar assessed={0.31} of="of 412 assets" />
              <CoverageBar assessed={null} of="of 0 assets" />
            </div>
            <p className={`${row} pt-3`}>
              <Delta delta={-3.4} good="up" />
              <Delta delta={2} good="down" digits={0} />
              <Delta delta={0} good="up" />
              <Delta delta={null} good="up" />
              <Sparkline label="Findings" points={gappy} />
            </p>
            <TrendLine label="Findings" points={gappy} digits={0} />
            <TrendLine label="Calls" points={[]} />
          </Section>
          <Section title="Jobs">
            <div className="grid gap-4">
              <Progress
                label="Scanning /srv/models"
                facts={{ done: 312, total: 1284, unit: 'files', ratePerSecond: 41, remainingMs: 24_000, note: 'models/head.pkl' }}
                onCancel={() => undefined}
              />
              <Progress label="Discovering /srv" facts={{ done: 8123, total: null, unit: 'files', ratePerSecond: 900 }} />
            </div>
          </Section>
        </div>
        <div>
          <Section title="Form">
            <Form
              schema={Draft}
              initial={{ name: 'claims-triage', secret: '', type: '', note: '', agree: false }}
              onSubmit={() => undefined}
              problem={refused}
              submit="Register the asset"
              onCancel={() => undefined}
            >
              <TextField name="name" label="Name" help="As your team calls it." />
              <PasswordField name="secret" label="Secret" autoComplete="new-password" />
              <SelectField name="type" label="Type" none="Not chosen" choices={[{ value: 'model', label: 'Model' }]} />
              <TextAreaField name="note" label="Note" rows={2} />
              <CheckboxField name="agree" label="Scan it at once" help="Takes about 2 s." />
            </Form>
          </Section>
          <Section title="States">
            <Loaded answer={{ data: [1], error: refused, isPending: false, dataUpdatedAt: now - hour, refetch: () => undefined }}>
              {() => <p className="px-6 py-3">Old rows still stand under the notice.</p>}
            </Loaded>
            <ProblemNote error={refused} onRetry={() => undefined} />
            <ProblemNote
              error={{ code: 'request.forbidden', message: 'Your role may not do this: it needs users:update.', status: 403 }}
              refusal="Only an admin can change roles. Ask Maren Oduya."
            />
            <ProblemNote
              error={{ code: 'vulnerabilities.notFound', message: 'No vulnerability has the id VUL-9.', status: 404 }}
              onRetry={() => undefined}
            />
            <EmptyNote title="No assets yet" actions={<Button kind="primary">Discover a folder</Button>}>
              They appear when a folder was discovered or a source connected.
            </EmptyNote>
            <EmptyNote kind="no-match" title="No rows match">
              The chip environment is staging leaves none.
            </EmptyNote>
            <EmptyNote kind="all-clear" title="Nothing malicious in 41 files">
              Read 2 h ago. 1 file was not read: triage.onnx.data is larger than the limit.
            </EmptyNote>
            <LoadingLines lines={3} waitsFor="the scanner" />
          </Section>
        </div>
      </Columns>
    </Screen>
  );
}
