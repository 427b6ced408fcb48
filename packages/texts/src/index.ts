export { Catalogue, type Segment } from './catalogue.ts';
export { CATALOGUES, catalogueIn, ENGLISH, speaksOfSecrets } from './catalogues.ts';
export { LANGUAGES } from './languages.ts';
export { pickCatalogue } from './pick-catalogue.ts';
export { isTimeZone } from './person-time.ts';
export type { AboutDevice, CategoryName, DeviceNoun, ForeignWords, Message, MessageKey, Moment } from './values.ts';
