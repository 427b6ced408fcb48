import type { Wording } from './text.ts';

export const ENGLISH: Wording = {
  app: 'the security app',
  levels: { secured: 'secured', low: 'low', medium: 'medium', high: 'high' },
  advice: 'Advice from {app}: {action}',
  texts: {
    threat_level_above_allowed: {
      title: 'Your device has a security problem',
      text: '{app} found a threat on this device. [The risk is {actual}; your organisation allows at most {required}.]',
      nextStep: 'Open {app} and solve what it shows. Access comes back by itself once it reports that the device is safe.',
    },
    device_compromised: {
      title: 'Your device can no longer be trusted',
      text: '{app} reports that the protection of this device has been broken, for example by jailbreaking or rooting it.',
      nextStep: 'Do not enter passwords on this device. Contact your help desk; the device has to be reset.',
    },
    partner_app_deactivated: {
      title: 'The security app is switched off',
      text: '{app} is not active on this device.',
      nextStep: 'Open {app}, sign in and switch it on. Access comes back after its first check.',
    },
    partner_app_misconfigured: {
      title: 'The security app is not set up',
      text: '{app} lacks a permission or a setting and cannot protect this device.',
      nextStep: 'Open {app} and allow everything it asks for.',
    },
    partner_data_missing: {
      title: 'We have not heard from the security app',
      text: '{app} has not yet told us how this device is.',
      nextStep: 'Install {app} if it is missing, open it, sign in and let it finish its check.',
    },
    partner_silent: {
      title: 'The security service is not answering',
      text: 'The service behind {app} has not reported for a while, so we cannot tell whether this device is safe.',
      nextStep: 'There is nothing wrong that you could mend yourself. Contact your help desk.',
    },
    partner_silent_ignored: {
      title: 'The security service is not answering',
      text: 'The service behind {app} has not reported for a while. Your access is not affected.',
      nextStep: 'You need not do anything.',
    },
    no_partner_enabled: {
      title: 'No security app is set up for your kind of device',
      text: 'Your organisation asks for a security app, but none is set up for this kind of device.',
      nextStep: 'Contact your help desk.',
    },
    partner_os_version_unsupported: {
      title: 'Your system version is not supported',
      text: '{app} does not support the system version of this device. [It has {actual}; {required} or newer is needed.]',
      nextStep: 'Install the latest system update.',
    },
    os_version_below_minimum: {
      title: 'Your device needs an update',
      text: 'The system of this device is too old. [It has version {actual}; at least {required} is needed.]',
      nextStep: 'Install the latest system update, then open your device management app so that it reports the new version.',
    },
    os_version_above_maximum: {
      title: 'Your system version is not allowed yet',
      text: 'The system of this device is newer than your organisation allows. [It has version {actual}; {required} is the newest allowed.]',
      nextStep: 'Contact your help desk.',
    },
    os_version_unreadable: {
      title: 'We do not know your system version',
      text: 'This device has not reported a system version that we can read.',
      nextStep: 'Open your device management app and let it synchronise. If that does not help, contact your help desk.',
    },
    no_policy_assigned: {
      title: 'Your device has no policy yet',
      text: 'Your organisation only admits devices that a policy has been assigned to, and this one has none.',
      nextStep: 'Contact your help desk.',
    },
    device_inactive: {
      title: 'Your device has not been in touch',
      text: 'This device has not contacted the device management for too long. [Its last contact was {actual}.]',
      nextStep: 'Connect it to the internet, open your device management app and let it synchronise.',
    },
    device_user_missing: {
      title: 'Your device belongs to nobody',
      text: 'The person this device is registered to does not exist any more.',
      nextStep: 'Contact your help desk to have the device registered to you.',
    },
    in_grace_period: {
      title: 'Please mend this soon',
      text: 'Your device does not meet the rules of your organisation. Access still works[ until {until}].',
      nextStep: 'Open {app} and solve what it shows.',
    },
    no_policy_applies: {
      title: 'Access is allowed',
      text: 'No rule of your organisation limits this access.',
      nextStep: 'You need not do anything.',
    },
    policy_satisfied: {
      title: 'Access is allowed',
      text: 'You meet the rules of your organisation.',
      nextStep: 'You need not do anything.',
    },
    blocked_by_policy: {
      title: 'Access is not allowed',
      text: 'Your organisation does not allow this access from here.',
      nextStep: 'If you need it for your work, contact your help desk.',
    },
    device_not_identified: {
      title: 'We do not know which device this is',
      text: 'Only known devices get access, and this one has not shown who it is.',
      nextStep: 'Use the device that your organisation has set up for you. If this is it, open your device management app and check that the device certificate is installed.',
    },
    device_unknown: {
      title: 'This device is not registered',
      text: 'The device has shown who it is, but your organisation does not know it.',
      nextStep: 'Register it with your device management app.',
    },
    device_noncompliant: {
      title: 'Your device does not meet the rules',
      text: 'This device does not meet the rules of your organisation.',
      nextStep: 'Open the page of your device to see what is missing.',
    },
    device_of_other_user: {
      title: 'This is not your device',
      text: 'The device is registered to another person.',
      nextStep: 'Use your own device, or contact your help desk to have this one registered to you.',
    },
    device_certificate_invalid: {
      title: 'The certificate of your device is not valid',
      text: 'The certificate by which this device shows who it is has expired or is not from your organisation.',
      nextStep: 'Open your device management app and let it synchronise; it fetches a new certificate. If that does not help, contact your help desk.',
    },
    mfa_required: {
      title: 'A second proof of who you are is needed',
      text: 'Your organisation asks for a second sign-in step here.',
      nextStep: 'Sign in again and confirm with your second step.',
    },
    control_unsupported: {
      title: 'Access is not possible here',
      text: 'A rule of your organisation demands something that cannot be checked here.',
      nextStep: 'Contact your help desk.',
    },
    user_unknown: {
      title: 'We do not know you',
      text: 'Your account is not known here.',
      nextStep: 'Check that you signed in with your work account. If you did, contact your help desk.',
    },
    user_disabled: {
      title: 'Your account is disabled',
      text: 'Your account has been disabled.',
      nextStep: 'Contact your help desk.',
    },
    application_unknown: {
      title: 'This service is not known',
      text: 'The service that you want to use has not been set up for access.',
      nextStep: 'Contact your help desk.',
    },
    resource_type_unsupported: {
      title: 'This service is not known',
      text: 'We cannot decide about this kind of service.',
      nextStep: 'Contact your help desk.',
    },
    view_too_old: {
      title: 'Access cannot be checked right now',
      text: 'We have no recent information, so access stays closed to be safe.',
      nextStep: 'Try again in a few minutes.',
    },
  },
};
