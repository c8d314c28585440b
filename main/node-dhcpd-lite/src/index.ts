export * from './addresses.ts';
export * from './transport.ts';
