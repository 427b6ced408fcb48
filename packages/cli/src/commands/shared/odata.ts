/** A text as a literal of `$filter` (OData 4.01 URL Conventions, section 5.1.1.6.1). */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** `/v1.0/users?$filter=...` with what is given; `undefined` and empty options are left out. */
export function withQuery(path: string, options: Readonly<Record<string, string | number | undefined>>): string {
  const parts = Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/iu.test(text);
}

/** One segment of a path. */
export function segment(id: string): string {
  return encodeURIComponent(id);
}
