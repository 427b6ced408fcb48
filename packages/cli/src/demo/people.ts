/** The people of the demo and their phones. Ids of devices are those of the vendors' samples where these have some. */
export interface Person {
  readonly name: string;
  readonly upn: string;
  readonly language: string;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly system: 'Android' | 'iOS';
  readonly systemVersion: string;
}

export const ADA: Person = {
  name: 'Ada',
  upn: 'ada@example.com',
  language: 'sv',
  deviceId: '00000000-0000-4000-8000-000000000101',
  deviceName: "Ada's phone",
  system: 'Android',
  systemVersion: '14',
};

export const ALAN: Person = {
  name: 'Alan',
  upn: 'alan@example.com',
  language: 'nl',
  deviceId: '00000000-0000-4000-8000-000000000102',
  deviceName: "Alan's phone",
  system: 'iOS',
  systemVersion: '17.5',
};

/** What is behind the doors: the path at the gateway, and the application that policies name. */
export const PLACES = [
  { name: 'mail', path: '/mail/inbox', prefix: '/mail', application: 'Exchange' },
  { name: 'files', path: '/files/report.docx', prefix: '/files', application: 'OneDrive' },
] as const;

export type Place = (typeof PLACES)[number];
