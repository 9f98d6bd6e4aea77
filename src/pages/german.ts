/** The pages in German. */
import { limits } from '../platform/limits.ts'
import type { Messages } from './messages.ts'

export const german: Messages = {
  lang: 'de',
  dir: 'ltr',

  help: 'Hilfe',
  terms: 'Nutzungsbedingungen',
  privacy: 'Datenschutz',
  continue: 'Weiter',
  signedInAs: 'Angemeldet als',

  signIn: 'Anmelden',
  toContinueTo: 'um {app} zu öffnen',
  toContinue: 'mit Ihrem Konto',
  identifier: 'Benutzername oder E-Mail',
  password: 'Passwort',
  wrongCredentials:
    'Die Anmeldung ist nicht gelungen. Prüfen Sie Benutzername und Passwort und versuchen Sie es noch einmal.',
  passwordExpired:
    'Ihr Passwort ist abgelaufen. Bitten Sie Ihre Administration um ein neues Passwort.',
  tooManyAttempts:
    'Zu viele Versuche aus Ihrem Netz. Warten Sie einige Minuten und versuchen Sie es dann noch einmal.',
  signInEnded:
    'Ihre Anmeldung wurde beendet, bevor sie abgeschlossen war. Melden Sie sich noch einmal an.',

  newPasswordTitle: 'Neues Passwort wählen',
  newPasswordIntroduction:
    'Das Passwort von {name} ist abgelaufen. Wählen Sie ein neues, um fortzufahren.',
  recoveryIntroduction: 'Es wird das Passwort von {name} sein.',
  activationTitle: 'Passwort wählen',
  activationIntroduction: 'Willkommen. Es wird das Passwort von {name} sein.',
  setPassword: 'Passwort festlegen und anmelden',
  answerWrong: 'Das ist nicht die Antwort, die wir kennen. Versuchen Sie es noch einmal.',
  newPassword: 'Neues Passwort',
  confirmPassword: 'Neues Passwort wiederholen',
  changePassword: 'Passwort ändern und anmelden',
  passwordsDiffer: 'Die beiden Passwörter sind nicht gleich. Geben Sie das neue zweimal ein.',
  passwordNeeds: 'Ihr neues Passwort braucht:',
  ruleMinLength: `mindestens ${limits.passwordCharactersMin} Zeichen`,
  ruleMaxLength: `höchstens ${limits.passwordCharactersMax} Zeichen`,
  ruleLowerCase: 'einen Kleinbuchstaben',
  ruleUpperCase: 'einen Großbuchstaben',
  ruleNumber: 'eine Ziffer',
  ruleWellFormed: 'nur vollständige Zeichen',
  ruleExcludesLogin: 'keinen Teil Ihres Benutzernamens',
  ruleDiffers: 'einen Unterschied zum alten',

  consentTitle: '{app} bittet um Zugriff',
  consentIntroduction: 'Wenn Sie es erlauben, darf die App:',
  optional: 'Freiwillig',
  allow: 'Erlauben',
  deny: 'Ablehnen',

  errorTitle: 'Hier geht es nicht weiter',
  errorIntroduction:
    'Die App hat eine Anfrage geschickt, die wir nicht annehmen können. Gehen Sie zurück und versuchen Sie es noch einmal. Hilft das nicht, geben Sie diese Angaben an die Betreiber der App weiter.',
  errorCode: 'Fehler',
  errorDescription: 'Grund',
  errorParameter: 'Parameter',
  requestId: 'Anfrage',

  signOutTitle: 'Abmelden?',
  signOutIntroduction: 'Wenn Sie das nächste Mal eine App öffnen, melden Sie sich neu an.',
  signOut: 'Abmelden',
  staySignedIn: 'Angemeldet bleiben',
  signedOut: 'Sie sind abgemeldet',
  signedOutIntroduction: 'Sie können dieses Fenster schließen.',
  signInAgain: 'Wieder anmelden',

  homeTitle: 'Hallo, {name}',
  homeIntroduction: 'Sie sind angemeldet. Öffnen Sie eine Ihrer Apps: Sie werden erkannt.',

  returningTitle: 'Einen Moment',
  returningTo: 'Es geht zurück zu {app}.',
  returning: 'Es geht zurück zur App.',
  deliveredTitle: 'Fertig',
  delivered: 'Sie können dieses Fenster schließen und zur App zurückkehren.',

  expiredTitle: 'Diese Seite ist abgelaufen',
  expired:
    'Sie war zu lange offen oder wurde schon benutzt. Gehen Sie zurück zur App und beginnen Sie von vorn.',
  laterTitle: 'Bitte später noch einmal',
  later:
    'Bei uns funktioniert gerade etwas nicht. Versuchen Sie es in einem Augenblick noch einmal.',
  startAgain: 'Von vorn beginnen',
}
