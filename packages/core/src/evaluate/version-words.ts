/** Words that may stand right before the number of a version without changing what it means. */
export const VERSION_WORDS: ReadonlySet<string> = new Set([
  'version', 'ver', 'v', 'release', 'os', 'system', 'x', 'apple', 'microsoft', 'google', 'samsung', 'go', 'edition',
  'pro', 'home', 'enterprise', 'education', 'business', 'professional', 'workstation', 'workstations', 'server', 'ltsc', 'ltsb', 'datacenter', 'standard', 'nt',
  // Names of releases of macOS and Android.
  'sierra', 'mojave', 'catalina', 'sur', 'monterey', 'ventura', 'sonoma', 'sequoia', 'tahoe',
  'nougat', 'oreo', 'pie', 'q', 'r', 's', 't', 'u', 'tiramisu', 'upsidedowncake', 'cake', 'vanillaicecream', 'cream', 'baklava',
]);

/** The number behind these is not the system's version: it counts betas, patches and builds, or is of a surface or kernel on top. */
export const QUALIFIERS: ReadonlySet<string> = new Set([
  'beta', 'rc', 'candidate', 'preview', 'dp', 'alpha', 'seed', 'patch', 'level', 'build', 'api', 'sdk', 'sp', 'pack', 'qpr', 'update', 'rev', 'revision', 'spl', 'security',
  'kernel', 'darwin', 'ui', 'oneui', 'miui', 'emui', 'coloros', 'oxygenos', 'hyperos', 'funtouch', 'originos', 'magicos', 'knox', 'baseband',
]);
