/** Messages to people and machines outside: what may be asked about destinations, rules and deliveries, and the news. */

export * from './deliveries/delivery-contract.ts';
export * from './destinations/address-shape.ts';
export * from './destinations/destination-contract.ts';
export * from './destinations/hours.ts';
export * from './mail/mail-contract.ts';
export * from './rules/rule-contract.ts';
