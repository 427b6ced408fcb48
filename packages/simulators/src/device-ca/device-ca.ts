import { issueCertificate, newAuthority, type CertificateAndKey, type Validity } from './certificates.ts';

/** What in real life the device management has: the authority whose certificates say which device somebody comes with. */
export function newDeviceAuthority(): Promise<CertificateAndKey> {
  return newAuthority('CN=Sallyport demo device CA');
}

/** A client certificate that names the device twice: as its common name and as `urn:sallyport:device:{id}`. */
export function issueDeviceCertificate(
  authority: CertificateAndKey,
  deviceId: string,
  validity: Validity = {},
): Promise<CertificateAndKey> {
  return issueCertificate(authority, {
    subject: `CN=${deviceId}`,
    uris: [`urn:sallyport:device:${deviceId}`],
    ...validity,
  });
}
