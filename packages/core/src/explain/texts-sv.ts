import type { Wording } from './text.ts';

export const SWEDISH: Wording = {
  app: 'säkerhetsappen',
  levels: { secured: 'säker', low: 'låg', medium: 'medelhög', high: 'hög' },
  advice: 'Råd från {app}: {action}',
  texts: {
    threat_level_above_allowed: {
      title: 'Enheten har ett säkerhetsproblem',
      text: '{app} har hittat ett hot på enheten. [Risknivån är {actual}; din organisation tillåter högst nivån {required}.]',
      nextStep: 'Öppna {app} och åtgärda det som visas. Åtkomsten kommer tillbaka av sig själv när appen rapporterar att enheten är säker.',
    },
    device_compromised: {
      title: 'Enheten går inte längre att lita på',
      text: '{app} rapporterar att enhetens skydd har brutits, till exempel genom jailbreak eller rootning.',
      nextStep: 'Skriv inte in några lösenord på enheten. Kontakta supporten; enheten måste återställas.',
    },
    partner_app_deactivated: {
      title: 'Säkerhetsappen är avstängd',
      text: '{app} är inte aktiv på enheten.',
      nextStep: 'Öppna {app}, logga in och aktivera den. Åtkomsten kommer tillbaka efter den första kontrollen.',
    },
    partner_app_misconfigured: {
      title: 'Säkerhetsappen är inte färdiginställd',
      text: '{app} saknar en behörighet eller en inställning och kan inte skydda enheten.',
      nextStep: 'Öppna {app} och tillåt allt som den ber om.',
    },
    partner_data_missing: {
      title: 'Säkerhetsappen har inte hört av sig',
      text: '{app} har ännu inte berättat hur det står till med enheten.',
      nextStep: 'Installera {app} om den saknas, öppna den, logga in och låt den göra klart sin kontroll.',
    },
    partner_silent: {
      title: 'Säkerhetstjänsten svarar inte',
      text: 'Tjänsten bakom {app} har inte rapporterat på ett tag, så vi kan inte avgöra om enheten är säker.',
      nextStep: 'Det här är inget fel som du kan rätta själv. Kontakta supporten.',
    },
    partner_silent_ignored: {
      title: 'Säkerhetstjänsten svarar inte',
      text: 'Tjänsten bakom {app} har inte rapporterat på ett tag. Din åtkomst påverkas inte.',
      nextStep: 'Du behöver inte göra något.',
    },
    no_partner_enabled: {
      title: 'Ingen säkerhetsapp finns för din typ av enhet',
      text: 'Din organisation kräver en säkerhetsapp, men ingen är inställd för den här typen av enhet.',
      nextStep: 'Kontakta supporten.',
    },
    partner_os_version_unsupported: {
      title: 'Systemversionen stöds inte',
      text: '{app} stöder inte enhetens systemversion. [Den har {actual}; {required} eller senare behövs.]',
      nextStep: 'Installera den senaste systemuppdateringen.',
    },
    os_version_below_minimum: {
      title: 'Enheten behöver uppdateras',
      text: 'Enhetens system är för gammalt. [Den har version {actual}; minst {required} behövs.]',
      nextStep: 'Installera den senaste systemuppdateringen och öppna sedan appen för enhetshantering så att den nya versionen rapporteras.',
    },
    os_version_above_maximum: {
      title: 'Systemversionen är inte tillåten än',
      text: 'Enhetens system är nyare än din organisation tillåter. [Den har version {actual}; {required} är den senaste som är tillåten.]',
      nextStep: 'Kontakta supporten.',
    },
    os_version_unreadable: {
      title: 'Vi vet inte vilken systemversion du har',
      text: 'Enheten har inte rapporterat någon systemversion som vi kan läsa.',
      nextStep: 'Öppna appen för enhetshantering och låt den synkronisera. Kontakta supporten om det inte hjälper.',
    },
    no_policy_assigned: {
      title: 'Enheten har ingen policy än',
      text: 'Din organisation släpper bara in enheter som har fått en policy, och den här har ingen.',
      nextStep: 'Kontakta supporten.',
    },
    device_inactive: {
      title: 'Enheten har inte hört av sig',
      text: 'Enheten har inte kontaktat enhetshanteringen på för lång tid. [Senaste kontakten var {actual}.]',
      nextStep: 'Anslut den till internet, öppna appen för enhetshantering och låt den synkronisera.',
    },
    device_user_missing: {
      title: 'Enheten tillhör ingen',
      text: 'Personen som enheten är registrerad på finns inte längre.',
      nextStep: 'Kontakta supporten för att få enheten registrerad på dig.',
    },
    in_grace_period: {
      title: 'Åtgärda det här snart',
      text: 'Enheten uppfyller inte organisationens regler. Åtkomsten fungerar fortfarande[ till {until}].',
      nextStep: 'Öppna {app} och åtgärda det som visas.',
    },
    no_policy_applies: {
      title: 'Åtkomsten är tillåten',
      text: 'Ingen regel i din organisation begränsar den här åtkomsten.',
      nextStep: 'Du behöver inte göra något.',
    },
    policy_satisfied: {
      title: 'Åtkomsten är tillåten',
      text: 'Du uppfyller organisationens regler.',
      nextStep: 'Du behöver inte göra något.',
    },
    blocked_by_policy: {
      title: 'Åtkomsten är inte tillåten',
      text: 'Din organisation tillåter inte den här åtkomsten härifrån.',
      nextStep: 'Kontakta supporten om du behöver den i ditt arbete.',
    },
    device_not_identified: {
      title: 'Vi vet inte vilken enhet det här är',
      text: 'Bara kända enheter får åtkomst, och den här har inte visat vem den är.',
      nextStep: 'Använd enheten som din organisation har ställt in åt dig. Om det är den här: öppna appen för enhetshantering och kontrollera att enhetscertifikatet är installerat.',
    },
    device_unknown: {
      title: 'Enheten är inte registrerad',
      text: 'Enheten har visat vem den är, men din organisation känner inte till den.',
      nextStep: 'Registrera den med appen för enhetshantering.',
    },
    device_noncompliant: {
      title: 'Enheten uppfyller inte reglerna',
      text: 'Enheten uppfyller inte organisationens regler.',
      nextStep: 'Öppna sidan för din enhet för att se vad som saknas.',
    },
    device_of_other_user: {
      title: 'Det här är inte din enhet',
      text: 'Enheten är registrerad på en annan person.',
      nextStep: 'Använd din egen enhet, eller kontakta supporten för att få den här registrerad på dig.',
    },
    device_certificate_invalid: {
      title: 'Enhetens certifikat är inte giltigt',
      text: 'Certifikatet som enheten visar vem den är med har gått ut eller kommer inte från din organisation.',
      nextStep: 'Öppna appen för enhetshantering och låt den synkronisera; då hämtas ett nytt certifikat. Kontakta supporten om det inte hjälper.',
    },
    mfa_required: {
      title: 'Det behövs ett andra bevis på vem du är',
      text: 'Din organisation kräver ett andra inloggningssteg här.',
      nextStep: 'Logga in igen och bekräfta med ditt andra steg.',
    },
    control_unsupported: {
      title: 'Åtkomst är inte möjlig här',
      text: 'En regel i din organisation kräver något som inte kan kontrolleras här.',
      nextStep: 'Kontakta supporten.',
    },
    user_unknown: {
      title: 'Vi känner inte till dig',
      text: 'Ditt konto är inte känt här.',
      nextStep: 'Kontrollera att du loggade in med ditt arbetskonto. Kontakta supporten om du gjorde det.',
    },
    user_disabled: {
      title: 'Ditt konto är inaktiverat',
      text: 'Ditt konto har inaktiverats.',
      nextStep: 'Kontakta supporten.',
    },
    application_unknown: {
      title: 'Tjänsten är inte känd',
      text: 'Tjänsten som du vill använda har inte ställts in för åtkomst.',
      nextStep: 'Kontakta supporten.',
    },
    resource_type_unsupported: {
      title: 'Tjänsten är inte känd',
      text: 'Vi kan inte besluta om den här typen av tjänst.',
      nextStep: 'Kontakta supporten.',
    },
    view_too_old: {
      title: 'Åtkomsten kan inte kontrolleras just nu',
      text: 'Vi saknar färska uppgifter, så åtkomsten hålls stängd för säkerhets skull.',
      nextStep: 'Försök igen om några minuter.',
    },
  },
};
