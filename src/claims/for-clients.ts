/**
 * Claims of access tokens of clients that act for themselves. They come of the client and the granted scopes alone, so
 * they are evaluated once for as long as the server's claims and the client's record stay in memory; where one of them
 * tells the time they are evaluated for each token.
 */
import type { Client } from '../domain/client.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { formatScope } from '../protocol/scope.ts'
import type { CompiledClaims } from './compile.ts'
import { evaluateClaims, type ClaimSituation } from './evaluate.ts'

type Outcome = ReturnType<typeof evaluateClaims>

type ByScopes = LruMap<string, Outcome>

const known = new WeakMap<CompiledClaims, WeakMap<Client, ByScopes>>()

function knownOf(compiled: CompiledClaims, client: Client): ByScopes {
  let ofClients = known.get(compiled)
  if (ofClients === undefined) known.set(compiled, (ofClients = new WeakMap()))
  let outcomes = ofClients.get(client)
  if (outcomes === undefined)
    ofClients.set(client, (outcomes = new LruMap(limits.clientClaimsKeptMax)))
  return outcomes
}

/** What {@link evaluateClaims} says of a situation without a user. */
export function evaluatedForClient(compiled: CompiledClaims, situation: ClaimSituation): Outcome {
  if (compiled.subject === null && compiled.accessToken.length === 0)
    return evaluateClaims(compiled, situation)
  const outcomes = knownOf(compiled, situation.client)
  const scopes = formatScope(situation.grantedScopes)
  const found = outcomes.get(scopes)
  if (found !== undefined) return found
  let tellsTime = false
  const outcome = evaluateClaims(compiled, {
    ...situation,
    get nowMillis() {
      tellsTime = true
      return situation.nowMillis
    },
  })
  if (!tellsTime) outcomes.set(scopes, outcome)
  return outcome
}
