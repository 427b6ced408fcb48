import { alone } from '../../frame/flags.ts';

export const PREVIEW_FLAG = alone('Store nothing, and say how many devices the change would open and close');
