import type { Language } from '@sallyport/core';

/** What the page of `remediation_url` says. */
export interface HelpText {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
  readonly still: string;
}

export const HELP_TEXTS: Readonly<Record<Language, HelpText>> = {
  en: {
    title: 'Your access is paused',
    why: 'Your organisation pauses access to mail, files and apps while a phone has a security problem or is not known to be safe. What is wrong with this phone stood in the message that brought you here.',
    steps: [
      'Open the security app of your organisation on the phone. It names the problem and says how to mend it.',
      'Do what it says: leave the Wi-Fi network, remove the app, install the update or set a screen lock.',
      'Keep the app open until it shows no more problems. Access comes back by itself, usually within seconds.',
    ],
    still: 'If access does not come back, ask the IT help desk of your organisation and tell them the device id below.',
  },
  sv: {
    title: 'Din åtkomst är pausad',
    why: 'Din organisation pausar åtkomsten till e-post, filer och appar så länge en telefon har ett säkerhetsproblem eller inte säkert är i ordning. Vad som är fel med den här telefonen stod i meddelandet som ledde dig hit.',
    steps: [
      'Öppna organisationens säkerhetsapp på telefonen. Den visar problemet och hur du löser det.',
      'Gör som den säger: lämna Wi-Fi-nätverket, ta bort appen, installera uppdateringen eller ställ in ett skärmlås.',
      'Låt appen vara öppen tills den inte visar några problem. Åtkomsten kommer tillbaka av sig själv, oftast inom några sekunder.',
    ],
    still: 'Om åtkomsten inte kommer tillbaka, kontakta organisationens IT-support och uppge enhets-id:t nedan.',
  },
  nl: {
    title: 'Je toegang is onderbroken',
    why: 'Je organisatie onderbreekt de toegang tot mail, bestanden en apps zolang een telefoon een beveiligingsprobleem heeft of niet zeker veilig is. Wat er met deze telefoon mis is, stond in het bericht dat je hierheen bracht.',
    steps: [
      'Open de beveiligingsapp van je organisatie op de telefoon. Die toont het probleem en hoe je het oplost.',
      'Doe wat er staat: verlaat het wifi-netwerk, verwijder de app, installeer de update of stel een schermvergrendeling in.',
      'Laat de app open tot die geen problemen meer toont. De toegang komt vanzelf terug, meestal binnen enkele seconden.',
    ],
    still: 'Komt de toegang niet terug, vraag dan de IT-helpdesk van je organisatie en noem het apparaat-id hieronder.',
  },
};
