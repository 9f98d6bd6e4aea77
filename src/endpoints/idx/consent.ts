/** What the person gives the app, as they said it to the page of the app; it decides as the page of the org does. */
import * as z from 'zod'
import { limits } from '../../platform/limits.ts'
import type { ConsentChoice } from '../advance.ts'
import type { Calling, IonAnswer } from './answer.ts'
import { goOn } from './going-on.ts'
import type { Step } from './interaction.ts'

export const Consent = z.object({
  consent: z.boolean().nullish(),
  optedScopes: z.record(z.string(), z.unknown()).nullish(),
})

export function consent(
  { consent: isGiven, optedScopes }: z.output<typeof Consent>,
  calling: Calling,
  { session }: Extract<Step, { readonly at: 'consent' }>,
): Promise<IonAnswer> {
  const optional = Object.entries(optedScopes ?? {})
    .filter(([, isChosen]) => isChosen === true)
    .map(([name]) => name)
    .slice(0, limits.requestedScopesMax)
  const sessionId = session.id
  const choice: ConsentChoice =
    isGiven === true ? { decision: 'allow', optional, sessionId } : { decision: 'deny', sessionId }
  return goOn(calling, { sessionKey: session, consent: choice })
}
