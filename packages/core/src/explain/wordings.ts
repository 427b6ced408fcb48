import type { Language } from './language.ts';
import { capitalised, type DeviceNoun, type TextValues, type Wording } from './text.ts';
import { ENGLISH } from './texts-en.ts';
import { DUTCH } from './texts-nl.ts';
import { SWEDISH } from './texts-sv.ts';

export const WORDINGS: Readonly<Record<Language, Wording>> = { en: ENGLISH, sv: SWEDISH, nl: DUTCH };

/** The words for `{app}` and `{App}`. A brand is never given a capital. */
export function appOf(name: string | undefined, wording: Wording): TextValues {
  return { app: name ?? wording.app, App: name ?? capitalised(wording.app) };
}

/** The words for the app of the device management. */
export function managementAppOf(name: string | undefined, wording: Wording): TextValues {
  return { managementApp: name ?? wording.managementApp, ManagementApp: name ?? capitalised(wording.managementApp) };
}

/** The words for `{thisDevice}`, `{yourDevice}` and the same at the beginning of a sentence. */
export function deviceWords(noun: DeviceNoun, wording: Wording): TextValues {
  const [thisDevice, yourDevice] = [wording.thisDevice[noun], wording.yourDevice[noun]];
  return { thisDevice, yourDevice, ThisDevice: capitalised(thisDevice), YourDevice: capitalised(yourDevice) };
}
