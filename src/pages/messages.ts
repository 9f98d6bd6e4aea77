/**
 * Every sentence of the pages, as one table has them for one language. `{app}` and `{name}` stand where the page puts
 * what it was given.
 */

/** One language. */
export interface Messages {
  /** BCP 47. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'

  readonly help: string
  readonly terms: string
  readonly privacy: string
  readonly continue: string
  readonly signedInAs: string

  readonly signIn: string
  readonly toContinueTo: string
  readonly toContinue: string
  readonly identifier: string
  readonly password: string
  /** One sentence for every reason, so that it says nothing about who has an account. */
  readonly wrongCredentials: string
  readonly passwordExpired: string
  readonly tooManyAttempts: string
  readonly signInEnded: string

  readonly newPasswordTitle: string
  readonly newPasswordIntroduction: string
  readonly recoveryIntroduction: string
  readonly activationTitle: string
  readonly activationIntroduction: string
  readonly setPassword: string
  readonly answerWrong: string
  readonly newPassword: string
  readonly confirmPassword: string
  readonly changePassword: string
  readonly passwordsDiffer: string
  /** What follows are rules. */
  readonly passwordNeeds: string
  readonly ruleMinLength: string
  readonly ruleMaxLength: string
  readonly ruleLowerCase: string
  readonly ruleUpperCase: string
  readonly ruleNumber: string
  readonly ruleWellFormed: string
  readonly ruleExcludesLogin: string
  readonly ruleDiffers: string

  readonly consentTitle: string
  readonly consentIntroduction: string
  readonly optional: string
  readonly allow: string
  readonly deny: string

  readonly errorTitle: string
  readonly errorIntroduction: string
  readonly errorCode: string
  readonly errorDescription: string
  readonly errorParameter: string
  readonly requestId: string

  readonly signOutTitle: string
  readonly signOutIntroduction: string
  readonly signOut: string
  readonly staySignedIn: string
  readonly signedOut: string
  readonly signedOutIntroduction: string
  readonly signInAgain: string

  readonly homeTitle: string
  readonly homeIntroduction: string

  readonly returningTitle: string
  readonly returningTo: string
  readonly returning: string
  readonly deliveredTitle: string
  readonly delivered: string

  readonly expiredTitle: string
  readonly expired: string
  readonly laterTitle: string
  readonly later: string
  readonly startAgain: string
}
