/** Where an app learns that a session has ended in which it took part. */
import type { AuthorizationServer } from './authorization-server.ts'

export interface LogoutTarget {
  /** Whose issuer tells it. */
  readonly server: Pick<AuthorizationServer, 'id' | 'kind' | 'isDefault'>
  /** The app's id, `0oa…`. */
  readonly appId: string
  readonly clientId: string
  readonly label: string
  /** OpenID Connect Back-Channel Logout §2.2. */
  readonly backchannelUri: string | null
  /** Front-Channel Logout §2. */
  readonly frontchannel: {
    readonly uri: string
    /** Its page is told of whom and of which session. */
    readonly isSessionRequired: boolean
  } | null
}
