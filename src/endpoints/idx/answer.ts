/** Answers to a page that asks a person to sign in: ION documents, with everything that a client has to know. */
import { errorResponseOf } from '../../authorize/response.ts'
import { targetOf } from '../../authorize/request.ts'
import type { Person } from '../../domain/person.ts'
import { timestampOfMillis } from '../../platform/clock.ts'
import { limits } from '../../platform/limits.ts'
import { formatScope } from '../../protocol/scope.ts'
import type { OAuthError } from '../../protocol/errors.ts'
import type { UnderWay } from '../under-way.ts'
import type { Visit } from '../visit.ts'
import { action, ION_TYPE, ION_VERSION, JSON_TYPE, object } from './ion.ts'
import { sealInteraction, type Interaction } from './interaction.ts'
import {
  message,
  MESSAGES,
  messageOf,
  messages,
  type Message,
  type MessageName,
} from './messages.ts'
import { IDX_PATH, presentedPerson, shownOf, type Screen } from './screens.ts'

export interface IonAnswer {
  readonly status: number
  readonly document: Readonly<Record<string, unknown>>
  /** What it sets. */
  readonly cookies: readonly string[]
  readonly retryAfterSeconds?: number
}

/** One call of a page, with what it goes on with. */
export interface Calling {
  readonly interaction: Interaction
  readonly underWay: UnderWay
  readonly visit: Visit
}

export function toResponse({ status, document, cookies, retryAfterSeconds }: IonAnswer): Response {
  const headers = new Headers({ 'content-type': status < 400 ? ION_TYPE : JSON_TYPE })
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(retryAfterSeconds))
  for (const cookie of cookies) headers.append('set-cookie', cookie)
  return new Response(JSON.stringify(document), { status, headers })
}

const RETRY_AFTER: Readonly<Partial<Record<MessageName, number>>> = {
  throttled: limits.attemptsWindowSeconds,
  away: 5,
}

const standing = (status: number, ...told: readonly Message[]): IonAnswer => ({
  status,
  document: { version: ION_VERSION, messages: messages(...told) },
  cookies: [],
})

/** Nothing can be done from there. */
export const refused = (name: MessageName): IonAnswer => ({
  ...standing(MESSAGES[name].status, messageOf(name)),
  ...retryAfter(name),
})

const retryAfter = (name: MessageName): Pick<IonAnswer, 'retryAfterSeconds'> => {
  const seconds = RETRY_AFTER[name]
  return seconds === undefined ? {} : { retryAfterSeconds: seconds }
}

/** A request that its client may not make any more. */
export const refusedRequest = (error: OAuthError): IonAnswer =>
  standing(error.status, message(keyOf(error), error.description))

/** What the app would be told at its redirect URI, with the way there for pages that rather go there. */
export function refusedByServer(
  error: OAuthError,
  { underWay: { request, server } }: Pick<Calling, 'underWay'>,
): IonAnswer {
  const response = errorResponseOf(targetOf(request), error, server.urls.issuer)
  const told = refusedRequest(error)
  const document = {
    ...told.document,
    intent: INTENT,
    ...(response.by === 'redirect' && {
      failure: { name: 'failure-redirect', href: response.url },
    }),
  }
  return { ...told, document }
}

const KEYS: ReadonlyMap<string, string> = new Map([
  ['user_not_assigned', 'idx.error.code.user_not_assigned'],
])

const keyOf = ({ reason, error }: OAuthError): string => KEYS.get(reason) ?? error

const INTENT = 'LOGIN'

/** A screen for the step that the interaction is at; with a message when something did not work. */
export async function shown(
  screen: Screen,
  interaction: Interaction,
  { underWay, visit: { context } }: Omit<Calling, 'interaction'>,
  failure: MessageName | null = null,
  cookies: readonly string[] = [],
): Promise<IonAnswer> {
  const { origin } = context.settings
  const hrefOf = (call: string): string => `${origin}${IDX_PATH}/${call}`
  const stateHandle = await sealInteraction('state-handle', interaction, context)
  const { forms, members } = shownOf(screen, hrefOf)
  const document = {
    version: ION_VERSION,
    stateHandle,
    ...common(interaction, underWay),
    remediation: { type: 'array', value: forms.map((form) => action(form, stateHandle)) },
    ...(failure !== null && { messages: messages(messageOf(failure)) }),
    ...members,
    cancel: action({ name: 'cancel', href: hrefOf('cancel'), fields: [] }, stateHandle),
  }
  const status = failure === null ? 200 : MESSAGES[failure].status
  return { status, document, cookies, ...(failure !== null && retryAfter(failure)) }
}

/** The end: the code, with where it is redeemed. Of whom only had a session the scopes alone say more than the id. */
export function succeeded(
  interactionCode: string,
  { person, hasSignedIn }: { readonly person: Person; readonly hasSignedIn: boolean },
  { interaction, underWay }: Pick<Calling, 'interaction' | 'underWay'>,
): IonAnswer {
  const { server, client } = underWay
  const given = { required: true, visible: false, mutable: false } as const
  const document = {
    version: ION_VERSION,
    ...common(interaction, underWay),
    user: hasSignedIn ? presentedPerson(person) : object({ id: person.id }),
    successWithInteractionCode: {
      rel: ['create-form'],
      name: 'issue',
      href: server.urls.token,
      method: 'POST',
      value: [
        { name: 'grant_type', value: 'interaction_code', ...given },
        { name: 'interaction_code', value: interactionCode, ...given },
        { name: 'client_id', value: client.clientId, ...given },
        ...(client.authMethod === 'none' ? [] : [{ name: 'client_secret', required: true }]),
        { name: 'code_verifier', required: true },
      ],
      accepts: 'application/x-www-form-urlencoded',
    },
  }
  return { status: 200, document, cookies: [] }
}

function common({ expires }: Interaction, { server, client, request }: UnderWay) {
  const { flows } = client
  const link = (name: string, href: string | null) => (href === null ? {} : { [name]: { href } })
  return {
    expiresAt: timestampOfMillis(expires),
    intent: INTENT,
    app: object({
      name: 'oidc_client',
      label: client.label,
      id: client.id,
      ...link('logo', flows.logoUri),
      ...link('clientUri', flows.clientUri),
      ...link('termsOfService', flows.tosUri),
      ...link('privacyPolicy', flows.policyUri),
    }),
    authentication: object({
      protocol: 'OAUTH2.0',
      issuer: { id: server.server.id, name: server.server.name, uri: server.urls.issuer },
      request: {
        max_age: request.maxAge ?? -1,
        scope: formatScope(request.scopes),
        response_type: request.responseTypes.join(' '),
        redirect_uri: request.redirectUri,
        response_mode: request.responseMode,
        ...(request.state !== null && { state: request.state }),
      },
    }),
  }
}
