/** Brings the answer of an authorization to its client, in whatever mode: a redirect, or a page that does it. */
import { errorResponseOf, responseOf, type AuthorizationResponse } from '../authorize/response.ts'
import type { AuthorizeRefused } from '../authorize/refused.ts'
import type { ResponseTarget } from '../authorize/request.ts'
import { authorizationErrorPage } from '../pages/authorization-error.tsx'
import type { PageProps } from '../pages/branding.ts'
import { formPostPage } from '../pages/form-post.tsx'
import { postMessagePage } from '../pages/post-message.tsx'
import type { OAuthError } from '../protocol/errors.ts'
import { pagePropsOf, seeOther, type Visit } from './visit.ts'

type Deliver<By extends AuthorizationResponse['by']> = (
  response: Extract<AuthorizationResponse, { readonly by: By }>,
  props: () => Promise<PageProps>,
) => Promise<Response>

const ways: { readonly [By in AuthorizationResponse['by']]: Deliver<By> } = {
  redirect: async ({ url }) => seeOther(url),
  form_post: async ({ redirectUri, fields }, props) =>
    formPostPage({ ...(await props()), redirectUri, parameters: fields, app: null }),
  okta_post_message: async ({ origin, data }, props) =>
    postMessagePage({ ...(await props()), origin, parameters: data }),
}

const deliver = (response: AuthorizationResponse, visit: Visit): Promise<Response> =>
  (ways[response.by] as Deliver<AuthorizationResponse['by']>)(response as never, () =>
    pagePropsOf(visit),
  )

export const answerClient = (
  target: ResponseTarget,
  parameters: Readonly<Record<string, string>>,
  issuer: string,
  visit: Visit,
): Promise<Response> => deliver(responseOf(target, parameters, issuer), visit)

const refuseClient = (
  target: ResponseTarget,
  error: OAuthError,
  issuer: string,
  visit: Visit,
): Promise<Response> => deliver(errorResponseOf(target, error, issuer), visit)

/** A refusal on its way: to the client when it is known where that is, and otherwise a page. */
export async function refusalAnswer(
  { cause, parameter, target }: AuthorizeRefused,
  issuer: string,
  visit: Visit,
): Promise<Response> {
  if (target !== null) return refuseClient(target, cause, issuer, visit)
  return errorPage(cause, parameter, visit)
}

/** A refusal on a page. `parameter` is the one that is to blame; null: none is. */
export const errorPage = async (
  { error, description }: OAuthError,
  parameter: string | null,
  visit: Visit,
): Promise<Response> =>
  authorizationErrorPage({
    ...(await pagePropsOf(visit)),
    error,
    description,
    parameter,
    requestId: visit.context.requestId,
  })
