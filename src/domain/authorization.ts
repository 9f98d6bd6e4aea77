/** What a redeemed grant amounts to: by which grant, for which user, asking for what. */
import type { AssignmentProfile } from './app-group.ts'
import type { Person } from './person.ts'

export interface Authorization {
  readonly grantType: string
  /** OpenID Connect Core §3.3: tokens of the authorization endpoint beside the code. */
  readonly isHybrid?: boolean
  /** Null when the client acts for itself. */
  readonly user: AuthorizingUser | null
  readonly requestedScopes: readonly string[]
}

/** The person behind an authorization, as far as access depends on it. */
export interface AuthorizingUser extends Pick<
  Person,
  'id' | 'status' | 'profile' | 'groupIds' | 'groups' | 'linked'
> {
  /** The org's name of the person: `sub` of the org server's access tokens. */
  readonly login: string
  /** How the app calls the person: `sub` at custom servers. */
  readonly userName: string
  /** What the app is told of the person, as far as the person's object says it. */
  readonly appProfile?: AssignmentProfile
  /** How the person proved to be themselves, RFC 8176. */
  readonly amr: readonly string[]
  /** Administrator roles; only the org server asks for them. */
  readonly roles: readonly string[]
}
