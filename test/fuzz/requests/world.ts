/** What there is in the org that requests are sent to: what near misses are made of. */

export interface KnownClient {
  readonly clientId: string
  readonly secret: string
}

/** What the Worker hands out and reads again, by its kind. */
export type ArtefactName =
  | 'accessToken'
  | 'orgAccessToken'
  | 'machineToken'
  | 'idToken'
  | 'refreshToken'
  | 'code'
  | 'interactionCode'
  | 'session'
  | 'transaction'
  | 'consentTransaction'
  | 'signOutTransaction'
  | 'stateHandle'
  | 'interactionHandle'
  | 'sessionToken'
  | 'recoveryToken'
  | 'recoveryState'
  | 'activationToken'

export interface World {
  readonly origin: string
  /** Ids of custom servers: one for people, one for pages of apps. */
  readonly serverId: string
  readonly idxServerId: string
  readonly callback: string
  /** Where the apps' pages are. */
  readonly page: string
  readonly service: KnownClient
  readonly web: KnownClient
  readonly browserApp: KnownClient
  readonly keyed: {
    readonly clientId: string
    readonly kid: string
    readonly privateKey: CryptoKey
  }
  readonly hmac: KnownClient
  readonly person: { readonly id: string; readonly login: string; readonly password: string }
  /** Somebody whose password others guess at. */
  readonly guessedAt: string
  readonly verifier: string
  readonly artefacts: Readonly<Record<ArtefactName, string>>
  /** The Cookie header of a browser that began what is under way, and of one whose person has signed in. */
  readonly markCookie: string
  readonly sessionCookie: string
  /** Authorization values of the management API: of a token that no storage is asked about, and of an API token. */
  readonly administrators: readonly [bearer: string, apiToken: string]
  /** Ids by the names that paths of the management API give them. */
  readonly ids: Readonly<Record<string, string>>
  /** A client that may be changed and deleted with what {@link ids} names. */
  readonly target: KnownClient
  /** Bodies that were taken, by `METHOD /path` of their routes. */
  readonly bodies: Readonly<Record<string, unknown>>
  /** Where lists go on. */
  readonly cursors: readonly string[]
  /** What must be in no answer. */
  readonly secrets: readonly string[]
}

/** The whole content of a world that a parameter may have. */
export const valuesOf = (world: World): readonly string[] => [
  ...Object.values(world.artefacts),
  ...Object.values(world.ids),
  world.service.clientId,
  world.web.clientId,
  world.browserApp.clientId,
  world.person.login,
  world.callback,
  world.verifier,
]
