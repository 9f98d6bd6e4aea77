/** Bounds of the protocol door. */
export const protocolLimits = {
  formBytesMax: 64 * 1024,
  formParametersMax: 64,
  scopeParameterCharactersMax: 4096,
  requestedScopesMax: 256,
  authorizationHeaderCharactersMax: 16 * 1024,
  clientIdCharactersMax: 100,
  idCharactersMax: 100,
  tokenCharactersMax: 16 * 1024,
  assertionCharactersMax: 8 * 1024,
  assertionLifetimeSecondsMax: 3600,
  clockSkewSeconds: 60,
  jtiCharactersMax: 256,
  /** Of what a browser prefers (`ui_locales` and Accept-Language; Accept) so much is looked at. */
  languagePreferencesCharactersMax: 1024,
  acceptCharactersMax: 1024,
} as const
