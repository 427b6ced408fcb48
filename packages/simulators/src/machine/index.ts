export { freePort } from './free-port.ts';
export { mountSmallDisk, type SmallDisk } from './small-disk.ts';
