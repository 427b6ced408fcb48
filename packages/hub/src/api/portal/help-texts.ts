import type { Language } from '@sallyport/core';

/** What the page of `remediation_url` says. */
export interface HelpText {
  readonly title: string;
  readonly why: string;
  /** Before the steps: for whom they are wrong. */
  readonly first: string;
  readonly steps: readonly string[];
  /** Before the code. */
  readonly still: string;
  readonly neverPassword: string;
  /** The label of the links to the other languages. */
  readonly language: string;
  /** Of the language, in itself. */
  readonly name: string;
}

export const HELP_TEXTS: Readonly<Record<Language, HelpText>> = {
  en: {
    title: 'Your access is paused',
    why: 'Your organisation pauses access to mail, files and apps while a phone has a security problem, or while nobody can tell whether it is safe. The message that brought you here says what is wrong. You have not necessarily done anything wrong.',
    first:
      'Were you told not to remove or reset anything? Then do none of this: contact the help desk, from another device.',
    steps: [
      'Open your organisation’s security app on the phone. It shows the problem and how to fix it.',
      'Follow its steps, for example: leave the Wi-Fi network, update the system or set a screen lock.',
      'Keep the app open until it shows no problems. Access then comes back by itself, usually within a few minutes.',
    ],
    still: 'Still no access? Contact the help desk and give them this code:',
    neverPassword: 'We never ask for your password on this page.',
    language: 'Language',
    name: 'English',
  },
  sv: {
    title: 'Din åtkomst är pausad',
    why: 'Din organisation pausar åtkomsten till e-post, filer och appar när en telefon har ett säkerhetsproblem, eller när ingen kan se om den är säker. Meddelandet som ledde dig hit säger vad som är fel. Du behöver inte ha gjort något fel.',
    first:
      'Har du fått rådet att inte ta bort eller återställa något? Gör då inget av det här: kontakta it-supporten, från en annan enhet.',
    steps: [
      'Öppna organisationens säkerhetsapp på telefonen. Den visar problemet och hur du löser det.',
      'Följ stegen i appen, till exempel: lämna Wi-Fi-nätverket, uppdatera systemet eller ställ in ett skärmlås.',
      'Låt appen vara öppen tills den inte visar några problem. Då kommer åtkomsten tillbaka av sig själv, oftast inom några minuter.',
    ],
    still: 'Har du fortfarande ingen åtkomst? Kontakta it-supporten och uppge den här koden:',
    neverPassword: 'Vi frågar aldrig efter ditt lösenord på den här sidan.',
    language: 'Språk',
    name: 'Svenska',
  },
  nl: {
    title: 'Je toegang is onderbroken',
    why: 'Je organisatie onderbreekt de toegang tot mail, bestanden en apps als een telefoon een beveiligingsprobleem heeft, of als niemand kan zien of die veilig is. In het bericht dat je hierheen bracht, staat wat er mis is. Je hoeft niets fout te hebben gedaan.',
    first:
      'Kreeg je het advies om niets te verwijderen of te herstellen? Doe dan niets van dit alles: neem contact op met de helpdesk, via een ander apparaat.',
    steps: [
      'Open de beveiligingsapp van je organisatie op de telefoon. De app laat zien wat het probleem is en hoe je het oplost.',
      'Volg de stappen in de app, bijvoorbeeld: verlaat het wifinetwerk, werk het systeem bij of stel een schermvergrendeling in.',
      'Laat de app open tot die geen problemen meer toont. De toegang komt dan vanzelf terug, meestal binnen enkele minuten.',
    ],
    still: 'Nog steeds geen toegang? Neem contact op met de helpdesk en noem deze code:',
    neverPassword: 'Op deze pagina vragen we nooit om je wachtwoord.',
    language: 'Taal',
    name: 'Nederlands',
  },
};
