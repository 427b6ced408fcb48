/**
 * Applications that every Graph client knows by a fixed id (Entra's first-party application ids), with the
 * names people use for them. An operator's own applications come from the hub's `applications`.
 */
export interface WellKnownApplication {
  readonly id: string;
  readonly displayName: string;
  readonly names: readonly string[];
  /** Part of what a policy means by `Office365`. */
  readonly office365: boolean;
}

export const WELL_KNOWN_APPLICATIONS: readonly WellKnownApplication[] = [
  {
    id: '00000002-0000-0ff1-ce00-000000000000',
    displayName: 'Office 365 Exchange Online',
    names: ['Exchange', 'ExchangeOnline', 'Exchange Online', 'Mail', 'Outlook'],
    office365: true,
  },
  {
    id: '00000003-0000-0ff1-ce00-000000000000',
    displayName: 'Office 365 SharePoint Online',
    names: ['SharePoint', 'SharePointOnline', 'SharePoint Online', 'OneDrive', 'OneDrive for Business'],
    office365: true,
  },
  {
    id: 'cc15fd57-2c6c-4117-a88c-83b1d56b4bbe',
    displayName: 'Microsoft Teams Services',
    names: ['Teams', 'Microsoft Teams'],
    office365: true,
  },
  {
    id: '67ad5377-2d78-4ac2-a867-6300cda00e85',
    displayName: 'Office 365',
    names: ['Office365', 'Office 365'],
    office365: true,
  },
  {
    id: '00000003-0000-0000-c000-000000000000',
    displayName: 'Microsoft Graph',
    names: ['Graph', 'Microsoft Graph'],
    office365: false,
  },
  {
    id: '0000000a-0000-0000-c000-000000000000',
    displayName: 'Microsoft Intune',
    names: ['Intune', 'Microsoft Intune'],
    office365: false,
  },
];

const BY_NAME: ReadonlyMap<string, WellKnownApplication> = new Map(
  WELL_KNOWN_APPLICATIONS.flatMap((app) =>
    [app.id, app.displayName, ...app.names].map((name) => [name.toLowerCase(), app] as const),
  ),
);

/** By id, display name or any of the usual names, in any letter case. */
export function wellKnownApplication(idOrName: string): WellKnownApplication | undefined {
  return BY_NAME.get(idOrName.toLowerCase());
}
