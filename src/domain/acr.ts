/** Levels of assurance that a sign-in with a password meets, in Okta's names. */
export const MET_ACR_VALUES: readonly string[] = ['urn:okta:loa:1fa:any', 'urn:okta:loa:1fa:pwd']

/** The first of the wanted levels that is met; null when none is, which is no error (OpenID Connect Core §3.1.2.1). */
export const metAcr = (wanted: readonly string[]): string | null =>
  wanted.find((value) => MET_ACR_VALUES.includes(value)) ?? null
