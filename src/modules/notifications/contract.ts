/** Messages to people and machines outside: what may be asked about destinations, rules and deliveries, and the news. */
export * from './address-shape.ts';
export * from './delivery-contract.ts';
export * from './destination-contract.ts';
export * from './hours.ts';
export * from './rule-contract.ts';
