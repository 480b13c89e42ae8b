/** The platform of that day, the people at it, and the questions they ask again and again. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { exampleFiles } from '../../scripts/examples/make.ts';
import * as threats from '../../src/modules/adversarial-detection/contract.ts';
import { forward, predictionOf } from '../../src/modules/adversarial-detection/testing/small-network.ts';
import { listAssets } from '../../src/modules/ai-assets/contract.ts';
import { listAuditLogs } from '../../src/modules/audit-logs/contract.ts';
import { listIncidents } from '../../src/modules/incidents/contract.ts';
import { listScans } from '../../src/modules/model-scanner/contract.ts';
import { Person, registerAdmin, until } from '../person.ts';
import { type RunningPlatform, startPlatform } from '../running-platform.ts';
import { type Order, type OrderModel, readOrderModel, readOrders } from './order-model.ts';
import { DayReceivers } from './receivers.ts';

const project = 'shop-assistant';
const isOfTheDay = (path: string): boolean => path.includes('/orders/') || path.endsWith('order-review.onnx');
const State = z.object({ state: z.string() });
type Question = { readonly id: string; readonly features: readonly number[] };

export class ThreatDay {
  readonly receivers: DayReceivers;
  readonly platform: RunningPlatform;
  readonly admin: Person;
  /** The second person: whoever asks for a release cannot approve it. */
  readonly officer: Person;
  readonly model: OrderModel;
  readonly training: readonly Order[];
  readonly validation: readonly Order[];
  readonly #folder: string;

  constructor(
    parts: Pick<ThreatDay, 'receivers' | 'platform' | 'admin' | 'officer' | 'model' | 'training' | 'validation'>,
    folder: string,
  ) {
    ({ receivers: this.receivers, platform: this.platform, admin: this.admin, officer: this.officer } = parts);
    ({ model: this.model, training: this.training, validation: this.validation } = parts);
    this.#folder = folder;
  }

  static async begin(): Promise<ThreatDay> {
    const folder = await mkdtemp(join(tmpdir(), 'day-'));
    const files = [...exampleFiles()].filter(([path]) => isOfTheDay(path));
    for (const [path, bytes] of files) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), bytes);
    }
    const root = join(folder, project);
    const receivers = await new DayReceivers().open();
    try {
      // The doors that this day asks; an idle process costs as much processor time as an hour of the day.
      const own = { SCAN_ROOTS: folder, RATE_PER_MINUTE: '1000000', SERVICES: 'ai-scanner,data-integrity' };
      const platform = await startPlatform({ ...own, ...receivers.environment() });
      const admin = await registerAdmin(platform.url);
      const officer = await invite(admin, 'ciso');
      const [model, training, validation] = [
        await readOrderModel(root),
        await readOrders(root, 'train'),
        await readOrders(root, 'validation'),
      ];
      return new ThreatDay({ receivers, platform, admin, officer, model, training, validation }, folder);
    } catch (error) {
      await receivers.close();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.platform.stop();
    await this.receivers.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Looks at the project, scans what it finds, and says which asset is the model and which the training sample. */
  async discover(): Promise<{ modelId: string; datasetId: string; verdict: string | null }> {
    const run = await this.admin.must(z.object({ id: z.uuid() }), 'POST', '/api/discovery/runs', { path: this.#folder });
    await this.done(`/api/discovery/runs/${run.id}`);
    const scan = await until('the scan of the model', async () => {
      const { items } = await this.admin.must(listScans.output, 'GET', '/api/model-scanner/scans');
      return items.find(({ state }) => state === 'done') ?? null;
    });
    const { items } = await this.admin.must(listAssets.output, 'GET', '/api/ai-assets?limit=100');
    const named = (name: string) => items.find((asset) => asset.name === name)?.id ?? '';
    return { modelId: named('order-review.onnx'), datasetId: named('train.csv'), verdict: scan.verdict };
  }

  /** Waits for a job or run to end. @throws with what the platform wrote when it did not end well */
  async done(path: string): Promise<void> {
    const { state } = await until(`${path} to end`, async () => {
      const found = await this.admin.must(State, 'GET', path);
      return ['done', 'failed', 'ready'].includes(found.state) ? found : null;
    });
    if (state === 'failed') throw new TypeError(`${path} failed:\n${this.platform.output()}`);
  }

  /** How surprised the model is by the decision that was right. */
  lossOf({ features, decision }: Order): number {
    const { probabilities } = forward(this.model.network, features);
    return -Math.log(Math.max(1e-12, probabilities[this.model.decisions.indexOf(decision)] ?? 0));
  }

  answerTo(features: readonly number[]): { prediction: string; confidence: number } {
    const { label, confidence } = predictionOf(this.model.network, features);
    return { prediction: this.model.decisions[label] ?? '', confidence };
  }

  /** What stands in front of the model asks before it uses the answer. */
  screen(
    to: { profileId: string; modelId: string; clientId: string },
    { id, features }: Question,
  ): Promise<z.output<typeof threats.ScreenAnswer>> {
    const { profileId, modelId, clientId } = to;
    const question = { profileId, clientId, input: { id, features }, predictions: [{ modelId, ...this.answerTo(features) }] };
    return this.admin.must(threats.ScreenAnswer, 'POST', '/api/adversarial-detection/screen', question);
  }

  /** Every entry of the audit log. */
  async auditEntries(): Promise<z.output<typeof listAuditLogs.output>['items']> {
    const entries = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const page: z.output<typeof listAuditLogs.output> = await this.admin.must(
        listAuditLogs.output,
        'GET',
        `/api/audit-logs?limit=200${from}`,
      );
      entries.push(...page.items);
      cursor = page.nextCursor;
    }
    return entries;
  }
  /** What was found to be an attack, without what was asked on trial. */
  async detections(): Promise<z.output<typeof threats.listDetections.output>['items']> {
    const { items } = await this.admin.must(
      threats.listDetections.output,
      'GET',
      '/api/adversarial-detection/detections?decision=threat&limit=200',
    );
    return items.filter(({ dryRun }) => !dryRun);
  }
  async blocks(): Promise<z.output<typeof threats.listBlocks.output>['items']> {
    return (await this.admin.must(threats.listBlocks.output, 'GET', '/api/adversarial-detection/blocks?limit=200')).items;
  }

  /** The incident of an asset and kind, when it is there. */
  incident(assetId: string, category: string): Promise<z.output<typeof listIncidents.output>['items'][number]> {
    return until(
      `an incident of ${category}`,
      async () => {
        const { items } = await this.admin.must(listIncidents.output, 'GET', `/api/incidents?asset_id=${assetId}`);
        return items.find((one) => one.category === category) ?? null;
      },
      20_000,
    );
  }
}

async function invite(admin: Person, role: string): Promise<Person> {
  const [email, password] = [`${role}@example.com`, 'another long quiet sentence 72'];
  const { token } = await admin.must(z.object({ token: z.string() }), 'POST', '/api/users/invitations', { email, role });
  const person = new Person(admin.url);
  await person.must(z.unknown(), 'POST', '/api/register', { email, name: 'Otto Officer', password, invitation: token });
  person.password = password;
  return person;
}
