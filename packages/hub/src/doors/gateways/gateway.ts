import type { Organization } from '@sallyport/core';
import type { Catalogue, Segment } from '@sallyport/texts';
import type { DoorKind } from '../../documents/kinds/door.ts';
import type { Door } from '../door.ts';

/** One request at a gateway, as far as the gateway itself vouches for it. */
export interface GatewayRequest {
  readonly method: string;
  readonly host: string;
  /** The raw request target: path and query as the client sent them. */
  readonly target: string;
  readonly ip: string;
  readonly certificate: PresentedCertificate;
  /** From the header that `door.userFrom` names; `undefined` when that is `device`, or nobody is signed in. */
  readonly user: string | undefined;
  readonly acceptLanguage: string | undefined;
}

export type PresentedCertificate =
  | { readonly state: 'none' }
  /** The gateway saw the handshake and found it good; PEM. We check it again. */
  | { readonly state: 'presented'; readonly pem: string }
  | { readonly state: 'invalid'; readonly problem: string };

/** What the gateway and the person in front of it are told. */
export interface GatewayAnswer {
  readonly granted: boolean;
  /** The code of the deciding reason. */
  readonly reason: string;
  /** What the person reads first; empty when granted. */
  readonly title: string;
  /** What the person reads below it: the longest message that `fits` what the gateway can hand on. Shorter ones than one that fits must fit, too. */
  readonly message: (fits: (message: readonly Segment[]) => boolean) => readonly Segment[];
  /** BCP 47 tag of title and message. */
  readonly language: string;
  /** The page of the device; empty when no device is known. */
  readonly remediationUrl: string;
  /** userPrincipalName; empty when unknown. */
  readonly user: string;
  /** Managed device id; empty when unknown. */
  readonly device: string;
}

export interface PagesOptions {
  readonly catalogues: readonly Catalogue[];
  /** For browsers that want none of them. */
  readonly fallback: Catalogue;
  readonly organization: Pick<Organization, 'helpDesk' | 'managementApp'>;
}

/**
 * How one kind of gateway asks and is answered. An adapter reads only the headers of its own kind: every
 * gateway hands on what clients send under the names of the others.
 */
export interface Gateway {
  readonly kind: DoorKind;
  /** @throws HubError `invalid_request` when the gateway is not set up as its manual says */
  read(rawHeaders: readonly string[], door: Pick<Door, 'userFrom'>): GatewayRequest;
  /** What an operator gives the gateway, so that it shows pages in these languages. */
  pages(options: PagesOptions): string;
  answer(answer: GatewayAnswer): { readonly status: number; readonly headers: Readonly<Record<string, string>> };
}
