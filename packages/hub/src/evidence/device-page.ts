/** The page where the person sees what is wrong, up to the device's id. */
export function devicePageBase(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/u, '')}/me/devices/`;
}
