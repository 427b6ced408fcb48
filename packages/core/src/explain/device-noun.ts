/** What kind of thing a device is, as far as its system tells. */
export type DeviceNoun = 'phone' | 'tablet' | 'computer' | 'other';

/** The word for a device by the name of its system. "iOS" and "Android" run on phones and tablets alike, so they say neither. */
export function deviceNoun(operatingSystem: string | undefined): DeviceNoun {
  const name = operatingSystem?.toLowerCase() ?? '';
  if (name.startsWith('ipad')) return 'tablet';
  if (name.startsWith('iphone')) return 'phone';
  return /^(?:windows(?! phone)|mac ?os|os x)/u.test(name) ? 'computer' : 'other';
}
