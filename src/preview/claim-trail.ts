/** What became of each claim of a server in each token: in with its value, left out and why, or failed. */
import { isCustom, type CompiledClaim } from '../claims/compile.ts'
import {
  explainClaims,
  explainSubject,
  type ClaimSituation,
  type ClaimVerdict,
} from '../claims/evaluate.ts'
import { identityVerdict, type Disclosure } from '../claims/identity.ts'
import type { Claim } from '../domain/claim.ts'
import type { Client } from '../domain/client.ts'
import type { Person } from '../domain/person.ts'
import type { CompiledServer } from '../issuer/compile.ts'

/** A token, or userinfo, as far as claims depend on it. */
export interface Place {
  readonly in: 'accessToken' | 'idToken' | 'userinfo'
  readonly endpoint: 'authorize' | 'token' | 'userinfo'
  readonly isThin: boolean
}

export type Became =
  ClaimVerdict | { readonly is: 'out'; readonly because: 'inactive' | 'reserved' }

export interface ClaimStanding {
  readonly claim: Claim
  readonly places: readonly (Place & { readonly became: Became })[]
}

/** What claims were evaluated for. */
export interface ClaimsSeen {
  readonly server: CompiledServer
  readonly client: Client
  /** Null: the client acts for itself. */
  readonly person: Person | null
  readonly situation: ClaimSituation
  /** Claims that were asked for one by one. */
  readonly names: { readonly idToken: readonly string[]; readonly userinfo: readonly string[] }
}

type Verdicts = ReadonlyMap<string, ClaimVerdict>

const KINDS: Readonly<Record<Claim['claimType'], readonly Place['in'][]>> = {
  RESOURCE: ['accessToken'],
  IDENTITY: ['idToken', 'userinfo'],
}

/** Every claim with what became of it in the places of its type. */
export function claimTrail(
  claims: readonly Claim[],
  places: readonly Place[],
  seen: ClaimsSeen,
): readonly ClaimStanding[] {
  const { accessToken, identity } = seen.server.claims
  const known = new Map<string, Verdicts>()
  // The same claims come to the same in both answers, and may be costly.
  const all = (compiled: readonly CompiledClaim[], of: string, isThin: boolean): Verdicts => {
    const key = `${of} ${isThin}`
    const verdicts =
      known.get(key) ?? new Map(explainClaims(seen.server.claims, compiled, seen.situation, isThin))
    known.set(key, verdicts)
    return verdicts
  }
  const verdicts = places.map((place) => ({
    place,
    custom:
      place.in === 'accessToken'
        ? all(accessToken, 'access', false)
        : all(identity, 'identity', place.isThin),
  }))
  return claims.map((claim) => ({
    claim,
    places: verdicts
      .filter(({ place }) => KINDS[claim.claimType].includes(place.in))
      .map(({ place, custom }) => ({ ...place, became: became(claim, place, custom, seen) })),
  }))
}

function became(claim: Claim, place: Place, custom: Verdicts, seen: ClaimsSeen): Became {
  if (claim.status !== 'ACTIVE') return { is: 'out', because: 'inactive' }
  if (!claim.system && !isCustom(claim)) return { is: 'out', because: 'reserved' }
  const verdict = custom.get(claim.name)
  if (verdict !== undefined) return verdict
  return claim.claimType === 'RESOURCE' ? subject(seen) : standard(claim, place, seen)
}

function subject({ server, situation }: ClaimsSeen): Became {
  const value = explainSubject(server.claims, situation)
  return value === null ? { is: 'failed', because: 'no-value' } : { is: 'in', value }
}

function standard(
  claim: Claim,
  place: Place,
  { server, person, situation, names }: ClaimsSeen,
): Became {
  const compiled = server.identity.find(({ name }) => name === claim.name)
  if (compiled === undefined || person === null) return { is: 'out', because: 'null' }
  const disclosure: Disclosure = {
    scopes: situation.grantedScopes,
    names: place.in === 'userinfo' ? names.userinfo : names.idToken,
    isThin: place.isThin,
  }
  return identityVerdict(person, compiled, disclosure)
}
