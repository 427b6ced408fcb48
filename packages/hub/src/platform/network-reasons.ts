/** Why a connection failed, for administrators: Node's code alone tells little to who does not know it. */
const REASONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name could not be looked up now',
    ECONNREFUSED: 'nothing answers at this port',
    ECONNRESET: 'the connection was cut',
    EPIPE: 'the connection was cut',
    ETIMEDOUT: 'nothing answers',
    EHOSTUNREACH: 'no way leads there',
    ENETUNREACH: 'no way leads there',
    CERT_HAS_EXPIRED: 'its certificate has expired',
    ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
    EPROTO: 'it speaks no TLS that can be understood',
    ERR_SSL_WRONG_VERSION_NUMBER: 'it speaks no TLS',
  }),
);
/** OpenSSL's codes for a chain that ends at nobody we trust. */
const UNTRUSTED: ReadonlySet<string> = new Set([
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
]);

/** Completes "... could not be reached: ". Ends with the code, by which more is to be found. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error.message;
  const reason = UNTRUSTED.has(code)
    ? 'its certificate is from no authority that the hub trusts; NODE_EXTRA_CA_CERTS names a file with more of them'
    : REASONS.get(code);
  return reason === undefined ? code : `${reason} (${code})`;
}
