import type { AdviceTexts } from './advice-key.ts';

export const DUTCH_ADVICE: AdviceTexts = {
  removeApp: 'Verwijder de app waarvoor {app} waarschuwt. Start daarna in {app} een nieuwe controle.',
  reviewApp:
    'Bekijk de app waarvoor {app} waarschuwt. Verwijder de app als je die niet nodig hebt. Heb je die nodig voor je werk, vraag de helpdesk dan om goedkeuring.',
  updateApp: 'Werk de app bij waarvoor {app} waarschuwt. Is er geen update, verwijder de app dan.',
  suspectSpyware:
    'Gebruik {thisDevice} niet voor privézaken. Verwijder en herstel nog niets. Neem via een ander apparaat contact op met de helpdesk.',
  suspectStalkerware:
    'Verwijder nog niets. Neem via een ander apparaat contact op met de helpdesk; die bekijkt het samen met jou.',
  leaveNetwork:
    'Zet wifi uit of kies een netwerk dat je vertrouwt, en vergeet het oude netwerk. Mobiele data is prima.',
  avoidOpenNetwork: 'Zet wifi uit of kies een netwerk met een wachtwoord. Mobiele data is prima.',
  signInToPortal: 'Open een browser en meld je aan bij het wifinetwerk. Gebruik daar je werkwachtwoord niet.',
  phishing:
    'Vul niets in op die pagina. Heb je dat al gedaan, wijzig dat wachtwoord dan nu via een ander apparaat en meld het bij de helpdesk.',
  leaveSite: 'Sluit de pagina waarvoor {app} waarschuwt en open die niet meer.',
  updateSystem: 'Installeer de nieuwste systeemupdate: open Instellingen en zoek naar ‘update’.',
  replaceDevice: 'Vraag de helpdesk om een ander apparaat.',
  restoreSystem:
    'Herstel de fabrieksinstellingen niet zelf. Neem contact op met de helpdesk: die helpt je om je eigen gegevens te bewaren en alles opnieuw in te stellen.',
  setPasscode:
    'Stel een schermvergrendeling in: open Instellingen en zoek naar ‘schermvergrendeling’ of ‘toegangscode’.',
  encrypt:
    'Zet versleuteling aan: open Instellingen en zoek naar ‘versleuteling’. Bij veel telefoons is een schermvergrendeling genoeg.',
  turnOffUsbDebugging: 'Zet USB-foutopsporing uit: open Instellingen en zoek naar ‘USB-foutopsporing’.',
  turnOffDeveloperOptions:
    'Zet de ontwikkelaarsopties (Android) of de ontwikkelaarsmodus (iPhone) uit: open Instellingen en zoek naar ‘ontwikkelaar’.',
  turnOffUnknownSources: 'Open Instellingen, zoek naar ‘Onbekende apps installeren’ en zet dat voor elke app uit.',
  turnOnPlayProtect:
    'Open de Play Store, tik op je profielfoto, kies Play Protect en zet het aan. Verwijder de apps waarvoor het waarschuwt.',
  removeProfile:
    'Open Instellingen > Algemeen > VPN en apparaatbeheer en verwijder het profiel waarvoor {app} waarschuwt. Komt het van je organisatie? Vraag het dan eerst aan de helpdesk.',
  removeCertificate:
    'Verwijder het certificaat waarvoor {app} waarschuwt. Weet je niet zeker welk het is, vraag het dan aan de helpdesk.',
  reinstallSecurityApp: 'Verwijder {app} en installeer de app opnieuw uit de App Store of Google Play.',
  openSecurityApp: 'Open {app} en volg de stappen die je daar ziet.',
  contactSupport: 'Neem contact op met de helpdesk: die moet naar {thisDevice} kijken.',
  leaveBeta: 'Verlaat het bètaprogramma en installeer de officiële versie van het systeem. De helpdesk kan je helpen.',
  updateOrReplace:
    'Installeer de nieuwste systeemupdate. Is er geen update, vraag de helpdesk dan om een ander apparaat.',
  ransomware: 'Betaal niet. Zet wifi en mobiele data uit en neem via een ander apparaat contact op met de helpdesk.',
  bankingMalware:
    'Verwijder de app waarvoor {app} waarschuwt. Bankier je met {thisDevice}, bel dan je bank, liefst met een andere telefoon.',
  remoteAccess:
    'Heeft iemand je gevraagd een app te installeren om met je scherm mee te kijken? Hang op, verwijder de app en meld het bij de helpdesk.',
};
