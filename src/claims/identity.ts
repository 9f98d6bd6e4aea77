/**
 * What ID tokens and userinfo say of a person: the standard claims of OpenID Connect Core §5.1, each from the profile,
 * by the scopes that carry them (§5.4). What a profile does not say is left out, never null and never empty. Pure.
 */
import { systemClaims, type Claim } from '../domain/claim.ts'
import type { Person } from '../domain/person.ts'
import { displayNameOf } from '../domain/user.ts'
import type { ClaimVerdict } from './evaluate.ts'
import type { ProfileValue } from '../domain/user-profile.ts'

export type ClaimValue = string | number | boolean | Readonly<Record<string, string>>

type Claims = Readonly<Record<string, unknown>>

const text = (value: ProfileValue | undefined): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value : undefined

const attribute =
  (name: string) =>
  ({ profile }: Person): string | undefined =>
    text(profile[name])

const ADDRESS: Readonly<Record<string, string>> = {
  formatted: 'postalAddress',
  street_address: 'streetAddress',
  locality: 'city',
  region: 'state',
  postal_code: 'zipCode',
  country: 'countryCode',
}

function address(person: Person): Readonly<Record<string, string>> | undefined {
  const parts = Object.entries(ADDRESS).flatMap(([member, name]) => {
    const value = text(person.profile[name])
    return value === undefined ? [] : [[member, value] as const]
  })
  return parts.length === 0 ? undefined : Object.fromEntries(parts)
}

/** §5.1: YYYY-MM-DD, or YYYY alone; 0000 for a year that is not told. */
function birthdate({ profile }: Person): string | undefined {
  const value = text(profile['birthdate'])
  return value !== undefined && /^\d{4}(-\d{2}-\d{2})?$/.test(value) ? value : undefined
}

/**
 * Each claim from a person. `picture`, `website`, `gender` and `birthdate` have no base attribute: they come from a
 * custom one of the same name. Addresses of mail are set by administrators, who vouch for them; nobody has looked at
 * telephone numbers.
 */
const VALUES: ReadonlyMap<string, (person: Person) => ClaimValue | undefined> = new Map<
  string,
  (person: Person) => ClaimValue | undefined
>([
  ['name', (person) => text(displayNameOf(person))],
  ['nickname', attribute('nickName')],
  ['preferred_username', attribute('login')],
  ['given_name', attribute('firstName')],
  ['middle_name', attribute('middleName')],
  ['family_name', attribute('lastName')],
  ['profile', attribute('profileUrl')],
  ['picture', attribute('picture')],
  ['website', attribute('website')],
  ['gender', attribute('gender')],
  ['birthdate', birthdate],
  ['zoneinfo', attribute('timezone')],
  ['locale', ({ profile }) => text(profile['locale'])?.replaceAll('_', '-')],
  ['updated_at', ({ lastUpdated }) => lastUpdated],
  ['email', attribute('email')],
  ['email_verified', ({ profile }) => (text(profile['email']) === undefined ? undefined : true)],
  ['phone_number', attribute('primaryPhone')],
  [
    'phone_number_verified',
    ({ profile }) => (text(profile['primaryPhone']) === undefined ? undefined : false),
  ],
  ['address', address],
])

/** A claim that servers do not name: it is given as the one that it says something of. */
const GIVEN_AS: ReadonlyMap<string, string> = new Map([['phone_number_verified', 'phone_number']])

export interface IdentityClaim {
  readonly name: string
  readonly scopes: readonly string[]
  /** In every ID token; the others only where nothing else could carry them. */
  readonly isAlways: boolean
}

/** The standard claims that a server gives, in the order of the table above. */
export function compileIdentity(claims: readonly Claim[]): readonly IdentityClaim[] {
  const active = claims.filter(
    ({ claimType, valueType, status }) =>
      claimType === 'IDENTITY' && valueType === 'SYSTEM' && status === 'ACTIVE',
  )
  return [...VALUES.keys()].flatMap((name) => {
    const claim = active.find((one) => one.name === (GIVEN_AS.get(name) ?? name))
    return claim === undefined
      ? []
      : [{ name, scopes: claim.scopes, isAlways: claim.alwaysIncludeInToken }]
  })
}

/** The standard claims of a server on which nobody can change them. */
export const STANDARD_IDENTITY = compileIdentity(systemClaims(''))

/** The names that discovery lists. */
export const IDENTITY_CLAIM_NAMES: readonly string[] = [...VALUES.keys()]

/** The scope that carries a claim; null for a claim that nobody gives. */
export const scopeOfClaim = (identity: readonly IdentityClaim[], name: string): string | null =>
  identity.find((claim) => claim.name === name)?.scopes[0] ?? null

/** What of a person's claims goes out: by which scopes, which more by their names, and whether only the essentials. */
export interface Disclosure {
  readonly scopes: readonly string[]
  readonly names: readonly string[]
  /** Userinfo can tell the rest. */
  readonly isThin: boolean
}

/** What becomes of one claim. A value that is not set is left out. */
export function identityVerdict(
  person: Person,
  claim: IdentityClaim,
  { scopes, names, isThin }: Disclosure,
): ClaimVerdict {
  if (!names.includes(claim.name)) {
    if (!claim.scopes.some((scope) => scopes.includes(scope))) return OUT.scope
    if (isThin && !claim.isAlways) return OUT.userinfo
  }
  const value = VALUES.get(claim.name)?.(person)
  return value === undefined ? OUT.unset : { is: 'in', value }
}

const OUT = {
  scope: { is: 'out', because: 'scope' },
  userinfo: { is: 'out', because: 'userinfo-only' },
  unset: { is: 'out', because: 'null' },
} as const satisfies Record<string, ClaimVerdict>

/** The claims of a person that a disclosure holds. */
export function identityClaims(
  person: Person,
  identity: readonly IdentityClaim[],
  disclosure: Disclosure,
): Claims {
  const values: Record<string, unknown> = {}
  for (const claim of identity) {
    const verdict = identityVerdict(person, claim, disclosure)
    if (verdict.is === 'in') values[claim.name] = verdict.value
  }
  return values
}
