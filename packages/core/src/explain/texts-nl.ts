import type { Wording } from './text.ts';

export const DUTCH: Wording = {
  app: 'de beveiligingsapp',
  levels: { secured: 'veilig', low: 'laag', medium: 'gemiddeld', high: 'hoog' },
  advice: 'Advies van {app}: {action}',
  texts: {
    threat_level_above_allowed: {
      title: 'Je apparaat heeft een beveiligingsprobleem',
      text: '{app} heeft een bedreiging op dit apparaat gevonden. [Het risico is {actual}; je organisatie staat hoogstens {required} toe.]',
      nextStep: 'Open {app} en los op wat er staat. De toegang komt vanzelf terug zodra de app meldt dat het apparaat veilig is.',
    },
    device_compromised: {
      title: 'Je apparaat is niet meer te vertrouwen',
      text: '{app} meldt dat de bescherming van dit apparaat is verbroken, bijvoorbeeld door jailbreaken of rooten.',
      nextStep: 'Voer op dit apparaat geen wachtwoorden in. Neem contact op met de helpdesk; het apparaat moet worden teruggezet.',
    },
    partner_app_deactivated: {
      title: 'De beveiligingsapp staat uit',
      text: '{app} is niet actief op dit apparaat.',
      nextStep: 'Open {app}, meld je aan en zet de app aan. De toegang komt terug na de eerste controle.',
    },
    partner_app_misconfigured: {
      title: 'De beveiligingsapp is niet ingesteld',
      text: '{app} mist een machtiging of een instelling en kan dit apparaat niet beschermen.',
      nextStep: 'Open {app} en sta alles toe waar de app om vraagt.',
    },
    partner_data_missing: {
      title: 'De beveiligingsapp heeft niets laten weten',
      text: '{app} heeft nog niet verteld hoe het met dit apparaat is.',
      nextStep: 'Installeer {app} als die ontbreekt, open de app, meld je aan en laat de controle aflopen.',
    },
    partner_silent: {
      title: 'De beveiligingsdienst antwoordt niet',
      text: 'De dienst achter {app} heeft een tijd niets gemeld, dus we weten niet of dit apparaat veilig is.',
      nextStep: 'Dit kun je niet zelf oplossen. Neem contact op met de helpdesk.',
    },
    partner_silent_ignored: {
      title: 'De beveiligingsdienst antwoordt niet',
      text: 'De dienst achter {app} heeft een tijd niets gemeld. Je toegang verandert daardoor niet.',
      nextStep: 'Je hoeft niets te doen.',
    },
    no_partner_enabled: {
      title: 'Er is geen beveiligingsapp voor jouw soort apparaat',
      text: 'Je organisatie vraagt om een beveiligingsapp, maar voor dit soort apparaat is er geen ingesteld.',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    partner_os_version_unsupported: {
      title: 'Je systeemversie wordt niet ondersteund',
      text: '{app} ondersteunt de systeemversie van dit apparaat niet. [Het heeft {actual}; {required} of nieuwer is nodig.]',
      nextStep: 'Installeer de nieuwste systeemupdate.',
    },
    os_version_below_minimum: {
      title: 'Je apparaat heeft een update nodig',
      text: 'Het systeem van dit apparaat is te oud. [Het heeft versie {actual}; minstens {required} is nodig.]',
      nextStep: 'Installeer de nieuwste systeemupdate en open daarna de app voor apparaatbeheer, zodat die de nieuwe versie meldt.',
    },
    os_version_above_maximum: {
      title: 'Je systeemversie is nog niet toegestaan',
      text: 'Het systeem van dit apparaat is nieuwer dan je organisatie toestaat. [Het heeft versie {actual}; {required} is de nieuwste die mag.]',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    os_version_unreadable: {
      title: 'We kennen je systeemversie niet',
      text: 'Dit apparaat heeft geen systeemversie gemeld die we kunnen lezen.',
      nextStep: 'Open de app voor apparaatbeheer en laat die synchroniseren. Helpt dat niet, neem dan contact op met de helpdesk.',
    },
    no_policy_assigned: {
      title: 'Je apparaat heeft nog geen beleid',
      text: 'Je organisatie laat alleen apparaten toe waaraan een beleid is toegewezen, en dit apparaat heeft er geen.',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    device_inactive: {
      title: 'Je apparaat heeft zich niet gemeld',
      text: 'Dit apparaat heeft te lang geen contact gehad met het apparaatbeheer. [Het laatste contact was {actual}.]',
      nextStep: 'Verbind het met internet, open de app voor apparaatbeheer en laat die synchroniseren.',
    },
    device_user_missing: {
      title: 'Je apparaat staat op niemands naam',
      text: 'De persoon op wiens naam dit apparaat staat, bestaat niet meer.',
      nextStep: 'Neem contact op met de helpdesk om het apparaat op jouw naam te laten zetten.',
    },
    in_grace_period: {
      title: 'Los dit snel op',
      text: 'Je apparaat voldoet niet aan de regels van je organisatie. De toegang werkt nog[ tot {until}].',
      nextStep: 'Open {app} en los op wat er staat.',
    },
    no_policy_applies: {
      title: 'Toegang is toegestaan',
      text: 'Geen regel van je organisatie beperkt deze toegang.',
      nextStep: 'Je hoeft niets te doen.',
    },
    policy_satisfied: {
      title: 'Toegang is toegestaan',
      text: 'Je voldoet aan de regels van je organisatie.',
      nextStep: 'Je hoeft niets te doen.',
    },
    blocked_by_policy: {
      title: 'Toegang is niet toegestaan',
      text: 'Je organisatie staat deze toegang van hieruit niet toe.',
      nextStep: 'Heb je die nodig voor je werk, neem dan contact op met de helpdesk.',
    },
    device_not_identified: {
      title: 'We weten niet welk apparaat dit is',
      text: 'Alleen bekende apparaten krijgen toegang, en dit apparaat heeft niet laten zien wie het is.',
      nextStep: 'Gebruik het apparaat dat je organisatie voor je heeft ingesteld. Is het dit apparaat, open dan de app voor apparaatbeheer en kijk of het apparaatcertificaat is geïnstalleerd.',
    },
    device_unknown: {
      title: 'Dit apparaat is niet geregistreerd',
      text: 'Het apparaat heeft laten zien wie het is, maar je organisatie kent het niet.',
      nextStep: 'Registreer het met de app voor apparaatbeheer.',
    },
    device_noncompliant: {
      title: 'Je apparaat voldoet niet aan de regels',
      text: 'Dit apparaat voldoet niet aan de regels van je organisatie.',
      nextStep: 'Open de pagina van je apparaat om te zien wat er ontbreekt.',
    },
    device_of_other_user: {
      title: 'Dit is niet jouw apparaat',
      text: 'Het apparaat staat op naam van iemand anders.',
      nextStep: 'Gebruik je eigen apparaat, of neem contact op met de helpdesk om dit op jouw naam te laten zetten.',
    },
    device_certificate_invalid: {
      title: 'Het certificaat van je apparaat is niet geldig',
      text: 'Het certificaat waarmee dit apparaat laat zien wie het is, is verlopen of niet van je organisatie.',
      nextStep: 'Open de app voor apparaatbeheer en laat die synchroniseren; dan wordt een nieuw certificaat opgehaald. Helpt dat niet, neem dan contact op met de helpdesk.',
    },
    mfa_required: {
      title: 'Er is een tweede bewijs nodig van wie je bent',
      text: 'Je organisatie vraagt hier om een tweede aanmeldstap.',
      nextStep: 'Meld je opnieuw aan en bevestig met je tweede stap.',
    },
    control_unsupported: {
      title: 'Toegang is hier niet mogelijk',
      text: 'Een regel van je organisatie eist iets dat hier niet kan worden gecontroleerd.',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    user_unknown: {
      title: 'We kennen je niet',
      text: 'Je account is hier niet bekend.',
      nextStep: 'Kijk of je je met je werkaccount hebt aangemeld. Is dat zo, neem dan contact op met de helpdesk.',
    },
    user_disabled: {
      title: 'Je account is uitgeschakeld',
      text: 'Je organisatie laat aanmelden met dit account niet meer toe.',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    application_unknown: {
      title: 'Deze dienst is niet bekend',
      text: 'De dienst die je wilt gebruiken, is niet ingesteld voor toegang.',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    resource_type_unsupported: {
      title: 'Deze dienst is niet bekend',
      text: 'We kunnen over dit soort dienst niet beslissen.',
      nextStep: 'Neem contact op met de helpdesk.',
    },
    view_too_old: {
      title: 'De toegang kan nu niet worden gecontroleerd',
      text: 'We hebben geen recente gegevens, dus de toegang blijft voor de zekerheid dicht.',
      nextStep: 'Probeer het over een paar minuten opnieuw.',
    },
  },
};
