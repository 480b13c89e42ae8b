/** MCP servers, coding agents and prompts become hits; an agent invokes the servers its own client is configured with. */
import type { HitEdge } from '../contract.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { governedFolder } from '../readers/agent-config.ts';
import type { McpServer } from '../readers/mcp-config.ts';
import { type HitSet, packageUrl } from '../runs/hit-set.ts';
import { baseName, fileKey } from '../tree/path-key.ts';
import { resolvePath } from './relate-artefacts.ts';

export function relateAgents(evidence: Evidence, hits: HitSet): void {
  for (const { path, client, server } of evidence.mcp) addServer({ path, client, server }, evidence, hits);
  for (const { path, config } of evidence.agentConfigs) {
    const project = baseName(config.folder === '' ? evidence.root : config.folder);
    hits.add({
      kind: 'agent',
      assetType: 'agent',
      name: `${config.client} in ${project}`,
      keys: [`agent-config:${evidence.root}/${config.folder}#${config.client}`],
      confidence: 'certain',
      method: 'config',
      places: [{ path, line: null, evidence: `${config.what} for ${config.client}` }],
      facts: { client: config.client },
      edges: invokedBy(config.client, config.folder, evidence),
    });
  }
  for (const { path, fact } of evidence.prompts)
    hits.add({
      kind: 'prompt',
      assetType: null,
      name: baseName(path),
      keys: [fileKey(evidence.root, path)],
      confidence: fact.confidence,
      method: 'content',
      places: [{ path, line: 1, evidence: fact.line }],
      facts: { variables: fact.variables.join(', ') || undefined, model: fact.model ?? undefined },
    }); // prettier-ignore
}

function addServer({ path, client, server }: Evidence['mcp'][number], evidence: Evidence, hits: HitSet): void {
  const script =
    server.script === null ? null : resolvePath(server.script.replace(/^\$\{[\w:]+\}\//, ''), governedFolder(path), evidence.paths);
  const known = server.package;
  hits.add({
    kind: 'mcp-server',
    assetType: 'mcp_server',
    name: server.name,
    purl: known === null || known.ecosystem === 'oci' ? null : packageUrl(known.ecosystem, known.name, server.version),
    keys: [serverKey(server, path, evidence), ...(script === null ? [] : [fileKey(evidence.root, script)])],
    confidence: 'certain',
    method: 'config',
    places: [{ path, line: null, evidence: `${client}: ${server.launch}` }],
    facts: {
      transport: server.transport,
      launch: server.launch,
      client,
      package: known?.name,
      version: server.version ?? (known === null ? undefined : 'unpinned'),
      environmentNames: server.environmentNames.length > 0 ? server.environmentNames.join(', ') : undefined,
      disabled: server.disabled || undefined,
    },
  });
}

/** A script of the tree is known by its file; everything else by package, image or address, whoever configures it. */
function serverKey(server: McpServer, path: string, evidence: Evidence): string {
  return server.script === null ? `mcp:${server.identity}` : `mcp:${evidence.root}/${governedFolder(path)}#${server.identity}`;
}

function invokedBy(client: string, folder: string, evidence: Evidence): HitEdge[] {
  return evidence.mcp
    .filter((one) => governedFolder(one.path) === folder && (one.client === client || client === 'Coding agents') && !one.server.disabled)
    .map(({ server, path, client: configured }) => ({
      kind: 'invokes',
      toKey: serverKey(server, path, evidence),
      inferred: configured !== client,
    }));
}
