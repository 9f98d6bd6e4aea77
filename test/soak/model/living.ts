/** What may still be good for something, so that a soak is not about dead things alone. */
import type { Name } from '../vocabulary.ts'
import { familyStanding, isPredecessor, proofStanding, sessionStanding } from './standing.ts'
import type { World } from './world.ts'

export function isLiving(world: World, name: Name, now: number): boolean {
  const { accessTokens, authorizations, proofs, refreshTokens, sessions } = world
  const proof = proofs[name]
  if (proof !== undefined) return proofStanding(proof, now) !== 'no'
  const session = sessions[name]
  if (session !== undefined) return sessionStanding(session, now) !== 'no'
  const access = accessTokens[name]
  if (access !== undefined) return !access.revoked && now < access.expires
  const token = refreshTokens[name]
  if (token !== undefined) {
    const { family, ended } = authorizations[token.authorization]!
    const { generation } = token
    const isGood = generation === family!.generation || isPredecessor(family!, generation, now)
    return isGood && ended !== 'yes' && familyStanding(family!, now) !== 'no'
  }
  const authorization = authorizations[name]
  return authorization?.code?.state === 'waiting' && authorization.ended !== 'yes'
}
