/**
 * Okta's interaction endpoint: an authorization request whose person a page or program of the app asks. Every check of
 * the authorization endpoint holds, a code challenge is always needed, and what comes of it is a handle. As there, a
 * client need not prove itself before its code is redeemed; what it shows of itself must be right.
 */
import { OAuthError } from '../../protocol/errors.ts'
import { readForm } from '../../protocol/form.ts'
import { checkedRequest } from '../authorize.ts'
import { authenticate, presentedBy } from '../client-authentication.ts'
import type { ProtocolContext } from '../context.ts'
import { visitOf, withCookies, wholly } from '../visit.ts'
import { InteractionBegun } from './begun-log.ts'
import { newInteraction, sealInteraction } from './interaction.ts'

/** Proofs of what Okta sends by mail, and this org does not. */
const REFUSED = {
  activation_token: 'activation_token_refused',
  recovery_token: 'recovery_token_refused',
} as const

export async function interact(request: Request, context: ProtocolContext): Promise<Response> {
  const form = await readForm(request)
  const visit = wholly(await visitOf(request, context))
  const presented = presentedBy(request, form)
  for (const [parameter, reason] of Object.entries(REFUSED))
    if (form.has(parameter)) throw new OAuthError(reason)
  const asked = new Map([...form, ['client_id', presented.clientId]])
  const seconds = Math.floor(visit.now / 1000)
  const underWay = await checkedRequest(asked, 'interact', visit, async (snapshot) => {
    if (presented.by === 'none') return null
    const { assertion } = await authenticate(presented, snapshot, 'interact', context, seconds)
    return assertion
  })
  const interaction = newInteraction(underWay)
  const handle = await sealInteraction('interaction-handle', interaction, context)
  context.log.push(new InteractionBegun(underWay), context, context.waitUntil)
  const response = Response.json({ interaction_handle: handle })
  return withCookies(response, visit.cookies)
}
