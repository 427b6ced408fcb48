import type { AdviceTexts } from './advice-key.ts';

export const ENGLISH_ADVICE: AdviceTexts = {
  removeApp: 'Remove the app that {app} warns about. Then run a new check in {app}.',
  reviewApp:
    'Look at the app that {app} warns about. Remove it if you do not need it. If you need it for work, ask the help desk to approve it.',
  updateApp: 'Update the app that {app} warns about. If there is no update, remove it.',
  // Whoever put it there may be reading this screen, and removing it destroys the traces: neutral words, and nothing named.
  suspectSpyware:
    'Do not use {thisDevice} for anything private. Do not remove or reset anything yet. Contact the help desk from another device.',
  suspectStalkerware:
    'Do not remove anything yet. Contact the help desk from another device; they will look at it with you.',
  leaveNetwork: 'Turn off Wi-Fi or join a network that you trust, and forget the old one. Mobile data is fine.',
  avoidOpenNetwork: 'Turn off Wi-Fi or join a network with a password. Mobile data is fine.',
  signInToPortal: 'Open a browser and sign in to the Wi-Fi network. Do not use your work password there.',
  phishing:
    'Do not enter anything on that page. If you already did, change that password now from another device and tell the help desk.',
  leaveSite: 'Close the page that {app} warns about and do not open it again.',
  updateSystem: 'Install the latest system update: open Settings and search for “update”.',
  replaceDevice: 'Ask the help desk for another device.',
  restoreSystem:
    'Do not do a factory reset yourself. Contact the help desk: they help you save your own data and set everything up again.',
  setPasscode: 'Set a screen lock: open Settings and search for “screen lock” or “passcode”.',
  encrypt:
    'Turn on encryption: open Settings and search for “encryption”. On many phones it is enough to set a screen lock.',
  turnOffUsbDebugging: 'Turn off USB debugging: open Settings and search for “USB debugging”.',
  turnOffDeveloperOptions:
    'Turn off developer options (Android) or Developer Mode (iPhone): open Settings and search for “developer”.',
  turnOffUnknownSources: 'Open Settings, search for “Install unknown apps” and turn it off for every app.',
  turnOnPlayProtect:
    'Open the Play Store, tap your picture, choose Play Protect and turn it on. Remove the apps it warns about.',
  removeProfile:
    'Open Settings > General > VPN & Device Management and remove the profile that {app} warns about. Is it from your organisation? Then ask the help desk first.',
  removeCertificate:
    'Remove the certificate that {app} warns about. If you are not sure which one it is, ask the help desk.',
  reinstallSecurityApp: 'Remove {app} and install it again from the App Store or Google Play.',
  openSecurityApp: 'Open {app} and follow the steps it shows.',
  contactSupport: 'Contact the help desk: they need to look at {thisDevice}.',
  leaveBeta: 'Leave the beta programme and install the released version of the system. The help desk can help you.',
  updateOrReplace: 'Install the latest system update. If none is offered, ask the help desk for another device.',
  ransomware: 'Do not pay. Turn off Wi-Fi and mobile data, and contact the help desk from another device.',
  bankingMalware:
    'Remove the app that {app} warns about. If you bank on {thisDevice}, call your bank, from another phone if you can.',
  remoteAccess:
    'Did someone ask you to install an app so that they can see your screen? Hang up, remove the app and tell the help desk.',
};
