import type { ServerResponse } from 'node:http';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK } from 'jose';
import { type Asked, sendJson, VendorServer } from '../vendors/vendor-server.ts';

/** Google's list of public keys (one, `k1`), with which the tokens of its pushes are checked, and the private half of it. */
export class GoogleKeys extends VendorServer {
  readonly privateKey: CryptoKey;
  readonly #jwk: JWK;

  private constructor(privateKey: CryptoKey, jwk: JWK) {
    super();
    this.privateKey = privateKey;
    this.#jwk = jwk;
  }

  /** With a new key; it does not listen yet. */
  static async create(): Promise<GoogleKeys> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    return new GoogleKeys(privateKey, { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' });
  }

  protected answer(_: Asked, response: ServerResponse): void {
    sendJson(response, 200, { keys: [this.#jwk] });
  }
}
