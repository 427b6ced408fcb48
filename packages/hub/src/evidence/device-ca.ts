import { X509Certificate } from 'node:crypto';
import { HubError } from '@sallyport/contracts';

/** A certification authority whose device certificates we believe. */
export interface DeviceCa {
  readonly certificate: X509Certificate;
  readonly notBefore: number;
  readonly notAfter: number;
}

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;
const MOST_CAS = 20;

/**
 * Reads one or more CA certificates in PEM.
 *
 * The list must hold the CA that signs the devices' certificates itself: gateways hand on only the device's
 * own certificate, so there is no intermediate to build a longer chain from.
 *
 * @param field what to name in the error, the caller's own property
 * @param most how many may be in it
 * @throws HubError `invalid_request` for text that holds none, too many, or a certificate that is no CA
 */
export function parseDeviceCas(pem: string, field: string, most = MOST_CAS): readonly DeviceCa[] {
  const blocks = pem.match(PEM_BLOCK) ?? [];
  const rest = pem.replace(PEM_BLOCK, '');
  if (rest.includes('PRIVATE KEY'))
    throw invalid(
      `${field} holds a private key. Send the CA's certificate only; the key must never leave the CA.`,
      field,
    );
  if (blocks.length === 0)
    throw invalid(`${field} holds no certificate. Send the device CA as PEM (-----BEGIN CERTIFICATE-----).`, field);
  if (blocks.length > most) throw invalid(`${field} holds ${blocks.length} certificates; ${most} are allowed.`, field);
  return blocks.map((block) => parseOne(block, field));
}

function parseOne(pem: string, field: string): DeviceCa {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch (error) {
    throw new HubError(
      'invalid_request',
      `${field} holds a certificate that cannot be read.`,
      { field },
      { cause: error },
    );
  }
  if (!certificate.ca)
    throw invalid(
      `${field}: "${oneLine(certificate.subject)}" is not a CA certificate (basicConstraints CA:TRUE is missing).`,
      field,
    );
  return { certificate, notBefore: certificate.validFromDate.getTime(), notAfter: certificate.validToDate.getTime() };
}

function oneLine(name: string): string {
  return name.replaceAll('\n', ', ');
}

function invalid(message: string, field: string): HubError {
  return new HubError('invalid_request', message, { field });
}
