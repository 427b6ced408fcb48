// Every text that people read, in every language that there is a file of in `languages/`: README.md says how to write one.
// What is to be told is decided elsewhere; here are only words, and no import of ours.
export { Catalogue, type Segment } from './catalogue.ts';
export { CATALOGUES, catalogueIn, ENGLISH, speaksOfSecrets } from './catalogues.ts';
export { LANGUAGES } from './languages.ts';
export { pickCatalogue } from './pick-catalogue.ts';
export { isTimeZone } from './person-time.ts';
export type { AboutDevice, CategoryName, DeviceNoun, ForeignWords, Message, MessageKey, Moment } from './values.ts';
