/** What there is to advise; several categories share a piece of advice. */
export type AdviceKey =
  | 'removeApp'
  | 'reviewApp'
  | 'updateApp'
  | 'bankingMalware'
  | 'ransomware'
  | 'remoteAccess'
  | 'suspectSpyware'
  | 'suspectStalkerware'
  | 'leaveNetwork'
  | 'avoidOpenNetwork'
  | 'signInToPortal'
  | 'phishing'
  | 'leaveSite'
  | 'updateSystem'
  | 'updateOrReplace'
  | 'leaveBeta'
  | 'replaceDevice'
  | 'restoreSystem'
  | 'setPasscode'
  | 'encrypt'
  | 'turnOffUsbDebugging'
  | 'turnOffDeveloperOptions'
  | 'turnOffUnknownSources'
  | 'turnOnPlayProtect'
  | 'removeProfile'
  | 'removeCertificate'
  | 'reinstallSecurityApp'
  | 'openSecurityApp'
  | 'contactSupport';

/** Ends at the help desk: whatever else there would be to do is left out beside it, the partner's own advice included. */
const FINAL: ReadonlySet<AdviceKey> = new Set<AdviceKey>([
  'suspectSpyware',
  'suspectStalkerware',
  'restoreSystem',
  'replaceDevice',
  'contactSupport',
  'ransomware',
]);

export function isFinal(advice: AdviceKey | undefined): boolean {
  return advice !== undefined && FINAL.has(advice);
}
