/** From the request of a page to the interaction that it is about, with every reason why it may not go on. */
import { parseJson } from '../../platform/encoding.ts'
import { limits } from '../../platform/limits.ts'
import { OAuthError } from '../../protocol/errors.ts'
import { boundedText } from '../../protocol/form.ts'
import { mayAskFor } from '../calling-page.ts'
import { ServerNotFound } from '../confirm.ts'
import type { ProtocolContext } from '../context.ts'
import { underWayOf, type UnderWay } from '../under-way.ts'
import { visitOf, withCookies, wholly } from '../visit.ts'
import { refused, refusedRequest, toResponse, type IonAnswer } from './answer.ts'
import type { Call } from './calls.ts'
import { isGood, openInteraction, type Interaction } from './interaction.ts'
import type { MessageName } from './messages.ts'

/** An answer, and whether the page that called may read it. */
export interface Called {
  readonly response: Response
  readonly isReadable: boolean
}

export async function called(call: Call, context: ProtocolContext): Promise<Called> {
  const visit = await visitOf(context.request, context)
  const { answer, isReadable } = await answered(call, context)
  return { response: withCookies(toResponse(answer), visit.cookies), isReadable }
}

interface Answered {
  readonly answer: IonAnswer
  readonly isReadable: boolean
}

async function answered(call: Call, context: ProtocolContext): Promise<Answered> {
  const { request } = context
  const body = await bodyOf(request)
  if (typeof body === 'string') return told(refused(body), [], context)
  const interaction = await interactionOf(call, body, context)
  if (interaction === null) return told(refused('expired'), [], context)
  const visit = wholly(await visitOf(request, context))
  const underWay = await standing(interaction, context)
  if ('answer' in underWay) return underWay
  context.progress.client = underWay.client
  if (!(await mayAskFor(underWay.client.flows, context)))
    return { answer: refused('forbidden'), isReadable: false }
  const readable = (answer: IonAnswer): Answered => ({ answer, isReadable: true })
  if (!(await isGood(interaction, context, visit.now))) return readable(refused('expired'))
  if (!call.steps.includes(interaction.step.at)) return readable(refused('forbidden'))
  const answer = call.answer(body, { interaction, underWay, visit })
  return readable(answer === null ? refused('malformed') : await answer)
}

/** Told to the pages of those redirect URIs, and to whoever else may ask. */
const told = async (
  answer: IonAnswer,
  redirectUris: readonly string[],
  context: ProtocolContext,
): Promise<Answered> => ({ answer, isReadable: await mayAskFor({ redirectUris }, context) })

/** The request under the configuration of now, which may refuse it. */
async function standing(
  interaction: Interaction,
  context: ProtocolContext,
): Promise<UnderWay | Answered> {
  const redirectUris = [interaction.request.redirectUri]
  try {
    const underWay = await underWayOf(interaction, context)
    return underWay ?? (await told(refused('expired'), redirectUris, context))
  } catch (error) {
    if (error instanceof ServerNotFound) return told(refused('expired'), redirectUris, context)
    if (!(error instanceof OAuthError) || error.status === 503) throw error
    return told(refusedRequest(error), redirectUris, context)
  }
}

const JSON_BODY = /^application\/(ion\+)?json\s*(;|$)/i

class TooLarge extends Error {}

/**
 * Of another type a page of anybody could send it without asking first (Fetch §4.8). Text: why there is no body.
 */
async function bodyOf(request: Request): Promise<object | MessageName> {
  if (!JSON_BODY.test(request.headers.get('content-type') ?? '')) return 'not_json'
  try {
    const text = await boundedText(request, limits.authnBytesMax, () => new TooLarge())
    const body = parseJson(text ?? '')
    return typeof body === 'object' && body !== null ? body : 'malformed'
  } catch (error) {
    if (error instanceof TooLarge) return 'too_large'
    throw error
  }
}

/** Whichever handle the call takes and the body has. Null for anything that is none of ours. */
async function interactionOf(
  { handles }: Call,
  body: object,
  context: ProtocolContext,
): Promise<Interaction | null> {
  const members = new Map<string, unknown>(Object.entries(body))
  for (const [name, kind] of handles) {
    const text = members.get(name)
    if (typeof text === 'string') return openInteraction(kind, text, context)
  }
  return null
}
