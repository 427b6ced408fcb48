/**
 * What each `Status` of Apple's ManagedApplicationList means for an app that is also on the list of installed
 * apps: whether the device management has it in its hands. Apple's device-management schema,
 * `mdm/commands/application.managed.list.yaml`.
 */
const IS_MANAGED: Readonly<Record<string, boolean>> = {
  Managed: true,
  Updating: true,
  ValidatingUpdate: true,
  PromptingForUpdate: true,
  PromptingForUpdateLogin: true,
  UpdateRejected: true,
  Installing: true,
  ManagedButUninstalled: true,
  // Ordered, but the app on the device, if there is one, is still the user's own.
  Queued: false,
  NeedsRedemption: false,
  Redeeming: false,
  Prompting: false,
  PromptingForLogin: false,
  PromptingForManagement: false,
  ValidatingPurchase: false,
  UserInstalledApp: false,
  UserRejected: false,
  ManagementRejected: false,
  Failed: false,
  Unknown: false,
};

/** A status that Apple may add one day counts as not managed: what is not known to be managed is not shared. */
export function isManagedStatus(status: string): boolean {
  return Object.hasOwn(IS_MANAGED, status) && IS_MANAGED[status] === true;
}

/**
 * What each `state` of the status item `app.managed.list` means, by which devices report apps that declarations manage:
 * as above. Apple's device-management schema, `declarative/status/app.managed.list.yaml`.
 */
const IS_DECLARED_MANAGED: Readonly<Record<string, boolean>> = {
  managed: true,
  'managed-but-uninstalled': true,
  installing: true,
  // Declared, but the app on the device, if there is one, is still the user's own.
  optional: false,
  queued: false,
  'not-present': false,
  'prompting-for-consent': false,
  'prompting-for-login': false,
  'prompting-for-management': false,
  downloading: false,
  failed: false,
};

/** As `isManagedStatus`: a state that is not known counts as not managed. */
export function isDeclaredManaged(state: string): boolean {
  return Object.hasOwn(IS_DECLARED_MANAGED, state) && IS_DECLARED_MANAGED[state] === true;
}
