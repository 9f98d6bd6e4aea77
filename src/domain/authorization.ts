/** What a redeemed grant amounts to: by which grant, for which user, asking for what. */
export interface Authorization {
  readonly grantType: string
  /** Null when the client acts for itself. */
  readonly user: { readonly id: string; readonly groupIds: readonly string[] } | null
  readonly requestedScopes: readonly string[]
}
