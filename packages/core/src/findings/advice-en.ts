import type { AdviceTexts } from './advice-key.ts';

export const ENGLISH_ADVICE: AdviceTexts = {
  removeApp: 'Remove the app that your security app warns about, then let it check the device again.',
  reviewApp: 'Look at the app that your security app warns about. Remove it if you do not need it; if you do, ask your support to approve it.',
  updateApp: 'Update the app that your security app warns about.',
  // Whoever put it there may be watching, and removing it destroys the traces.
  suspectSpyware: 'Use this device for nothing sensitive and do not reset it. Contact your support from another device.',
  suspectStalkerware: 'An app may be watching you in secret. If somebody close to you may have installed it, do not remove it yet. Contact your support from another device.',
  leaveNetwork: 'Leave this Wi-Fi network, let the device forget it, and use mobile data or a network that you trust.',
  avoidOpenNetwork: 'This Wi-Fi network does not protect what you send. Use mobile data or a protected network.',
  signInToPortal: 'Open a browser and sign in to the network.',
  phishing: 'Enter nothing on the page behind the link. If you did, change that password now and tell your support.',
  leaveSite: 'Close the page that your security app warns about and do not open it again.',
  updateSystem: 'Install the newest system update in the settings of the device.',
  replaceDevice: 'This device gets no more security updates. Ask your support for another.',
  restoreSystem: 'The protection of the system is broken. Save your own data, then contact your support: the device must be reset and set up again.',
  setPasscode: 'Set a screen lock in the settings of the device.',
  encrypt: 'Turn on the encryption of the storage in the settings of the device.',
  turnOffUsbDebugging: 'Turn off USB debugging in the developer options of the device.',
  turnOffDeveloperOptions: 'Turn off the developer options or developer mode in the settings of the device.',
  turnOffUnknownSources: 'Allow no app to install other apps from unknown sources.',
  turnOnPlayProtect: 'Open the Play Store, turn on Play Protect, let it scan, and remove the apps it warns about.',
  removeProfile: 'Remove the configuration profile that your security app warns about.',
  removeCertificate: 'Remove the certificate that your security app warns about from those that the device trusts.',
  reinstallSecurityApp: 'Remove your security app and install it again from the official store.',
  openSecurityApp: 'Open your security app and put in order what it shows.',
  contactSupport: 'Contact your support: the device has to be looked at.',
};
