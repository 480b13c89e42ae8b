/** From which severity on something is done, and how fast: kept with threat detection, read for every decision. */
import { type Severity, severityRank } from '../../contract/severity.ts';
import { call } from '../../platform/http/call.ts';
import { type Configuration, readConfiguration } from '../adversarial-detection/contract.ts';

export type ResponseSettings = Configuration['response'];

export async function responseSettings(): Promise<ResponseSettings> {
  return (await call(readConfiguration, {})).response;
}

export function isAtLeast(severity: Severity, threshold: Severity): boolean {
  return severityRank(severity) <= severityRank(threshold);
}
