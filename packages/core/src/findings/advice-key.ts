/** What there is to advise; several categories share a piece of advice. */
export type AdviceKey =
  | 'removeApp' | 'reviewApp' | 'updateApp' | 'suspectSpyware' | 'suspectStalkerware'
  | 'leaveNetwork' | 'avoidOpenNetwork' | 'signInToPortal' | 'phishing' | 'leaveSite'
  | 'updateSystem' | 'replaceDevice' | 'restoreSystem' | 'setPasscode' | 'encrypt'
  | 'turnOffUsbDebugging' | 'turnOffDeveloperOptions' | 'turnOffUnknownSources' | 'turnOnPlayProtect'
  | 'removeProfile' | 'removeCertificate' | 'reinstallSecurityApp' | 'openSecurityApp' | 'contactSupport';

export type AdviceTexts = Readonly<Record<AdviceKey, string>>;
