import { issueCertificate, newAuthority, type CertificateAndKey } from './certificates.ts';

/**
 * Device certificates for the demo and for tests. In real life the device management issues them; what the
 * hub reads from them is the same.
 */
export function newDeviceAuthority(now: number): Promise<CertificateAndKey> {
  return newAuthority('Sallyport demo device CA', now, 365);
}

/** A client certificate that names the device twice: as its common name and as `urn:sallyport:device:{id}`. */
export function issueDeviceCertificate(
  authority: CertificateAndKey,
  deviceId: string,
  now: number,
  days = 90,
): Promise<CertificateAndKey> {
  return issueCertificate(authority, {
    commonName: deviceId,
    names: [{ type: 'url', value: deviceUrn(deviceId) }],
    usage: 'client',
    now,
    days,
  });
}

function deviceUrn(deviceId: string): string {
  return `urn:sallyport:device:${deviceId}`;
}
