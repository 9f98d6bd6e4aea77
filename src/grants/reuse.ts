/** A code or refresh token came that had been used up, so that all that came of its authorization has ended. */
import { OAuthError, type ReasonName } from '../protocol/errors.ts'

/** Where it came from. */
export interface Reused {
  readonly credential: 'authorization_code' | 'interaction_code' | 'refresh_token'
  readonly userId: string
  readonly authorizationId: string
}

export class ReuseDetected extends OAuthError {
  readonly reused: Reused

  constructor(reason: ReasonName, reused: Reused) {
    super(reason)
    this.reused = reused
  }
}
