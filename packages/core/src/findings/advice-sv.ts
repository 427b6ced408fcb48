import type { AdviceTexts } from './advice-key.ts';

export const SWEDISH_ADVICE: AdviceTexts = {
  removeApp: 'Ta bort appen som {app} varnar för. Gör sedan en ny kontroll i {app}.',
  reviewApp:
    'Titta på appen som {app} varnar för. Ta bort den om du inte behöver den. Be it-supporten godkänna den om du behöver den i jobbet.',
  updateApp: 'Uppdatera appen som {app} varnar för. Ta bort den om det inte finns någon uppdatering.',
  suspectSpyware:
    'Använd inte {thisDevice} till något privat. Ta inte bort och återställ inte något än. Kontakta it-supporten från en annan enhet.',
  suspectStalkerware:
    'Ta inte bort något än. Kontakta it-supporten från en annan enhet; de tittar på det tillsammans med dig.',
  leaveNetwork:
    'Stäng av Wi-Fi eller byt till ett nätverk som du litar på, och glöm det gamla nätverket. Mobildata går bra.',
  avoidOpenNetwork: 'Stäng av Wi-Fi eller byt till ett nätverk med lösenord. Mobildata går bra.',
  signInToPortal: 'Öppna en webbläsare och logga in på Wi-Fi-nätverket. Använd inte ditt jobblösenord där.',
  phishing:
    'Fyll inte i något på den sidan. Har du redan gjort det: byt det lösenordet nu från en annan enhet och berätta för it-supporten.',
  leaveSite: 'Stäng sidan som {app} varnar för och öppna den inte igen.',
  updateSystem: 'Installera den senaste systemuppdateringen: öppna Inställningar och sök efter ”uppdatering”.',
  replaceDevice: 'Be it-supporten om en annan enhet.',
  restoreSystem:
    'Gör ingen fabriksåterställning själv. Kontakta it-supporten: de hjälper dig att spara dina egna data och ställa in allt på nytt.',
  setPasscode: 'Ställ in ett skärmlås: öppna Inställningar och sök efter ”skärmlås” eller ”lösenkod”.',
  encrypt:
    'Slå på kryptering: öppna Inställningar och sök efter ”kryptering”. På många telefoner räcker det att ställa in ett skärmlås.',
  turnOffUsbDebugging: 'Stäng av USB-felsökning: öppna Inställningar och sök efter ”USB-felsökning”.',
  turnOffDeveloperOptions:
    'Stäng av utvecklaralternativen (Android) eller utvecklarläget (iPhone): öppna Inställningar och sök efter ”utvecklar”.',
  turnOffUnknownSources: 'Öppna Inställningar, sök efter ”Installera okända appar” och stäng av det för alla appar.',
  turnOnPlayProtect:
    'Öppna Play Butik, tryck på din profilbild, välj Play Protect och slå på det. Ta bort apparna som det varnar för.',
  removeProfile:
    'Öppna Inställningar > Allmänt > VPN och enhetshantering och ta bort profilen som {app} varnar för. Kommer den från din organisation? Fråga då it-supporten först.',
  removeCertificate:
    'Ta bort certifikatet som {app} varnar för. Fråga it-supporten om du inte är säker på vilket det är.',
  reinstallSecurityApp: 'Ta bort {app} och installera den igen från App Store eller Google Play.',
  openSecurityApp: 'Öppna {app} och följ stegen som visas där.',
  contactSupport: 'Kontakta it-supporten: de behöver titta på {thisDevice}.',
  leaveBeta: 'Lämna betaprogrammet och installera den färdiga versionen av systemet. It-supporten kan hjälpa dig.',
  updateOrReplace: 'Installera den senaste systemuppdateringen. Be it-supporten om en annan enhet om ingen erbjuds.',
  ransomware: 'Betala inte. Stäng av Wi-Fi och mobildata och kontakta it-supporten från en annan enhet.',
  bankingMalware:
    'Ta bort appen som {app} varnar för. Om du gör bankärenden på {thisDevice}: ring din bank, helst från en annan telefon.',
  remoteAccess:
    'Har någon bett dig installera en app för att kunna se din skärm? Lägg på, ta bort appen och berätta för it-supporten.',
};
