/** A refusal of the authorization endpoint: what is wrong, with which parameter, and who is told. */
import { OAuthError } from '../protocol/errors.ts'
import type { ResponseTarget } from './request.ts'

/** `target` is null when the answer is a page: then nothing says that the redirect URI is the client's. */
export class AuthorizeRefused extends OAuthError {
  override readonly cause: OAuthError
  readonly parameter: string | null
  readonly target: ResponseTarget | null

  constructor(cause: OAuthError, parameter: string | null, target: ResponseTarget | null) {
    super(cause.reason, cause.description)
    this.cause = cause
    this.parameter = parameter
    this.target = target
  }
}
