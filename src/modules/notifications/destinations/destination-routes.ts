/** The product door of destinations. What opens one comes in and never goes out. */
import { commonProblems } from '../../../contract/problem.ts';
import { audit } from '../../../platform/audit.ts';
import { publish } from '../../../platform/events/publish.ts';
import { handle, type Route } from '../../../platform/http/handle.ts';
import { namedHosts } from '../../../platform/http/outside-hosts.ts';
import { channelOf } from '../channels/all.ts';
import { notificationSettingsChanged } from '../deliveries/delivery-contract.ts';
import { wakeDeliveries } from '../deliveries/wake.ts';
import { rulesTo } from '../rules/rule-store.ts';
import type { DestinationRow, Settings } from '../table.ts';
import { Address, type AddressChange, placeFields, secretFields } from './address-shape.ts';
import {
  addDestination,
  changeAddress,
  changeDestination,
  type Destination,
  getDestination,
  listDestinations,
  destinationProblems as problems,
  removeDestination,
  testDestination,
} from './destination-contract.ts';
import {
  countDestinations,
  findDestination,
  insertDestination,
  isNameTaken,
  listDestinationRows,
  lockDestination,
  openDestination,
  resetState,
  retireDestination,
  type Sealed,
  sealDestination,
  updateDestination,
} from './destination-store.ts';
import { tryDestination } from './try-destination.ts';

const mostDestinations = 200;
const type = 'notifications-destination';

async function destinationOrRefuse(id: string): Promise<Destination> {
  const found = await findDestination(id);
  if (found === null) throw problems.destinationNotFound({ id });
  return found;
}

async function lockedOrRefuse(id: string, version: number | undefined): Promise<DestinationRow> {
  const row = await lockDestination(id);
  if (row === null) throw problems.destinationNotFound({ id });
  if (version !== undefined && version !== row.version) throw commonProblems.conflict({ expected: version, actual: row.version });
  return row;
}

/** What people may see, and what is sealed. A password that is not there is no secret. */
function apart(address: Address): { settings: Settings; secrets: Record<string, string> } {
  const { channel, ...fields } = address;
  const hidden = new Set(secretFields[channel]);
  const settings: Settings = {};
  const secrets: Record<string, string> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (!hidden.has(name)) settings[name] = value;
    else if (typeof value === 'string') secrets[name] = value;
  }
  return { settings, secrets };
}

const factsOf = ({ name, channel, place, enabled, quiet }: Pick<Destination, 'name' | 'channel' | 'place' | 'enabled' | 'quiet'>) => ({
  name,
  channel,
  place,
  enabled,
  quiet,
});

/** Who writes the same elsewhere hears of it. */
const written = (id: string): Promise<void> => publish(notificationSettingsChanged, { what: 'destination', id });

export const destinationRoutes: readonly Route[] = [
  handle(listDestinations, ({ channel, ...paging }) => listDestinationRows(channel, paging)),
  handle(getDestination, ({ id }) => destinationOrRefuse(id)),
  handle(addDestination, async ({ name, address, quiet, storm }, { actor }) => {
    if ((await countDestinations()) >= mostDestinations) throw problems.destinationsFull({ most: mostDestinations });
    const channel = channelOf(address.channel);
    channel.check(address, namedHosts());
    const { settings, secrets } = apart(address);
    const limits = storm ?? channel.defaults;
    const id = await insertDestination(
      {
        ...{ name, channel: address.channel, settings, place: channel.place(address).slice(0, 400), quiet, createdBy: actor.id },
        ...{ coalesceRepeats: limits.coalesce, perMinute: limits.perMinute, burst: limits.burst },
      },
      secrets,
    );
    if (id === null) throw problems.destinationExists({ name });
    const made = await destinationOrRefuse(id);
    audit.subject({ type, id });
    audit.change({ after: { ...factsOf(made), secrets: made.secrets } });
    await written(id);
    return made;
  }),
  handle(changeDestination, async ({ id, version, name, enabled, quiet, storm }) => {
    const row = await lockedOrRefuse(id, version);
    if (name !== undefined && (await isNameTaken(name, id))) throw problems.destinationExists({ name });
    await updateDestination(row, {
      ...(name === undefined ? {} : { name }),
      ...(enabled === undefined ? {} : { enabled, offReason: null }),
      ...(quiet === undefined ? {} : { quiet }),
      ...(storm === undefined ? {} : { coalesceRepeats: storm.coalesce, perMinute: storm.perMinute, burst: storm.burst }),
    });
    // Switched on again it is tried at once.
    if (enabled === true && !row.enabled) await resetState(id);
    const after = await destinationOrRefuse(id);
    audit.subject({ type, id });
    audit.change({ before: factsOf(row), after: factsOf(after) });
    await written(id);
    wakeDeliveries();
    return after;
  }),
  handle(changeAddress, async ({ id, version, address, keepPreviousHours }) => {
    const row = await lockedOrRefuse(id, version);
    const { merged, changed } = await mergedAddress(row, address);
    channelOf(merged.channel).check(merged, namedHosts());
    const { settings, secrets } = apart(merged);
    const previous = await previousOf(row, secrets, keepPreviousHours);
    const rotatingUntil = previous === null ? null : new Date(previous.until);
    const place = channelOf(merged.channel).place(merged).slice(0, 400);
    await updateDestination(row, { settings, place, rotatingUntil });
    await sealDestination(id, previous === null ? secrets : { ...secrets, previousSecret: previous.secret });
    await resetState(id);
    const after = await destinationOrRefuse(id);
    audit.subject({ type, id });
    audit.change({ before: factsOf(row), after: { ...factsOf(after), secretsChanged: changed, rotatingUntil: after.rotatingUntil } });
    await written(id);
    return after;
  }),
  handle(removeDestination, async ({ id }) => {
    await lockedOrRefuse(id, undefined);
    const before = await destinationOrRefuse(id);
    const rules = await rulesTo(id);
    if (rules.length > 0) throw problems.destinationInUse({ rules: rules.join(', ') });
    await retireDestination(id);
    audit.subject({ type, id });
    audit.change({ before: factsOf(before) });
    await written(id);
    return before;
  }),
  handle(testDestination, ({ id }, context) => tryDestination(id, context), { transaction: 'none' }),
];

/** New fields over what is sealed. @throws notifications.otherChannel, .secretNeeded */
async function mergedAddress(row: DestinationRow, change: AddressChange): Promise<{ merged: Address; changed: string[] }> {
  if (change.channel !== row.channel) throw problems.otherChannel({ channel: row.channel });
  const given = new Map<string, unknown>(Object.entries(change));
  const hidden = secretFields[row.channel];
  const missing = hidden.filter((name) => given.get(name) === undefined);
  const moved = placeFields[row.channel].filter((name) => row.settings[name] !== given.get(name));
  const kept = await openDestination(row.id);
  if (missing.some((name) => name in kept) && moved.length > 0) throw problems.secretNeeded({ fields: moved.join(', ') });
  const { previousSecret: _previous, ...present } = kept;
  const wanted = { ...present, ...Object.fromEntries([...given].filter(([, value]) => value !== undefined)) };
  return { merged: Address.parse(wanted), changed: hidden.filter((name) => given.get(name) !== undefined) };
}

/** The signing secret before, while it signs beside the new one. A change of anything else leaves a rotation as it is. */
async function previousOf({ id, channel, rotatingUntil }: DestinationRow, secrets: Sealed, keepHours: number) {
  if (channel !== 'webhook') return null;
  const { signingSecret, previousSecret } = await openDestination(id);
  if (signingSecret !== undefined && signingSecret !== secrets['signingSecret'])
    return keepHours === 0 ? null : { secret: signingSecret, until: Date.now() + keepHours * 3_600_000 };
  return previousSecret === undefined || rotatingUntil === null ? null : { secret: previousSecret, until: rotatingUntil.getTime() };
}
