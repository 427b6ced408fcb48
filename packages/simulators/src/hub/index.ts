export { call, tokenOf, type Answer } from './call.ts';
export { seed, type Partner, type Phone, type Seeded } from './seed.ts';
export { start, type Running } from './running.ts';
export { PROGRAM, sallyport, type Ran } from './sallyport.ts';
export { startHub, type Admin, type HubProcess } from './start-hub.ts';
