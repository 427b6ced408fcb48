/** Lower-case for GUIDs, which compare in any case; words such as `All` stay as they are. */
export function canonicalId(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(id) ? id.toLowerCase() : id;
}
