/** The pages in English, which is complete and stands in for every language that has no table. */
import { limits } from '../platform/limits.ts'
import type { Messages } from './messages.ts'

export const english: Messages = {
  lang: 'en',
  dir: 'ltr',

  help: 'Help',
  terms: 'Terms',
  privacy: 'Privacy',
  continue: 'Continue',
  signedInAs: 'Signed in as',

  signIn: 'Sign in',
  toContinueTo: 'to continue to {app}',
  toContinue: 'with your account',
  identifier: 'Username or email',
  password: 'Password',
  wrongCredentials: 'Unable to sign in. Check your username and password and try again.',
  passwordExpired: 'Your password has expired. Ask your administrator for a new one.',
  tooManyAttempts: 'Too many attempts from your network. Wait a few minutes and try again.',
  signInEnded: 'Your sign-in was ended before it was complete. Sign in again.',

  newPasswordTitle: 'Choose a new password',
  newPasswordIntroduction: 'The password of {name} has expired. Choose another one to go on.',
  recoveryIntroduction: 'It will be the password of {name}.',
  activationTitle: 'Choose a password',
  activationIntroduction: 'Welcome. It will be the password of {name}.',
  setPassword: 'Set password and sign in',
  answerWrong: 'That is not the answer we know. Try again.',
  newPassword: 'New password',
  confirmPassword: 'New password again',
  changePassword: 'Change password and sign in',
  passwordsDiffer: 'The two passwords are not the same. Type the new one twice.',
  passwordNeeds: 'Your new password needs:',
  ruleMinLength: `at least ${limits.passwordCharactersMin} characters`,
  ruleMaxLength: `at most ${limits.passwordCharactersMax} characters`,
  ruleLowerCase: 'a lower-case letter',
  ruleUpperCase: 'an upper-case letter',
  ruleNumber: 'a number',
  ruleWellFormed: 'only characters that are whole',
  ruleExcludesLogin: 'no part of your username',
  ruleDiffers: 'to differ from the old one',

  consentTitle: '{app} asks for access',
  consentIntroduction: 'If you allow it, the app will be able to:',
  optional: 'Optional',
  allow: 'Allow',
  deny: 'Don’t allow',

  errorTitle: 'This request can’t go on',
  errorIntroduction:
    'The app that brought you here sent something we can’t accept. Go back and try again. If it happens once more, show these details to the people who run the app.',
  errorCode: 'Error',
  errorDescription: 'Reason',
  errorParameter: 'Parameter',
  requestId: 'Request',

  signOutTitle: 'Sign out?',
  signOutIntroduction: 'You will need to sign in again the next time you open one of your apps.',
  signOut: 'Sign out',
  staySignedIn: 'Stay signed in',
  signedOut: 'You are signed out',
  signedOutIntroduction: 'You can close this window.',
  signInAgain: 'Sign in again',

  homeTitle: 'Hello, {name}',
  homeIntroduction: 'You are signed in. Open one of your apps, and it will know you.',

  returningTitle: 'One moment',
  returningTo: 'We are taking you back to {app}.',
  returning: 'We are taking you back to the app.',
  deliveredTitle: 'All done',
  delivered: 'You can close this window and go back to the app.',

  expiredTitle: 'This page has expired',
  expired: 'It was open for too long, or it was used already. Go back to the app and start again.',
  laterTitle: 'Try again later',
  later: 'Something on our side isn’t working right now. Please try again in a moment.',
  startAgain: 'Start again',
}
