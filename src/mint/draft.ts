/**
 * Tokens before they are signed. What a token says and for how long is decided here, purely, for everybody who wants to
 * know it: who signs it, who is asked about it before, and who only looks at it.
 */
export interface TokenDraft {
  /** Without `iat` and `exp`, and without hashes of what goes out beside it: these come with the signature. */
  readonly claims: Readonly<Record<string, unknown>>
  /**
   * Custom claims after them, with other names; null: there are none that stand apart. They do because an object of
   * many names is dear to copy.
   */
  readonly custom: Readonly<Record<string, unknown>> | null
  readonly lifetimeSeconds: number
}

/** The tokens that go out together. Null: there is no such token among them. */
export interface TokenDrafts {
  readonly access: TokenDraft | null
  readonly identity: TokenDraft | null
}
