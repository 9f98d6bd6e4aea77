/** How interactions are refused before anybody is asked, and their codes at the token endpoint. Rows of reasons.ts. */
import type { Reason } from './reasons.ts'

export const interactionReasons = {
  interaction_code_not_enabled: {
    error: 'access_denied',
    status: 400,
    description:
      "The interaction code flow is not enabled for the client: 'interaction_code' is not among its grant types.",
    confirmable: true,
  },
  interaction_challenge_missing: {
    error: 'invalid_request',
    status: 400,
    description: 'PKCE code challenge is required to use the interaction code flow.',
  },
  // Okta's widget compares these two.
  activation_token_refused: {
    error: 'invalid_request',
    status: 400,
    description: 'The activation token is invalid',
  },
  recovery_token_refused: {
    error: 'invalid_request',
    status: 400,
    description: 'The recovery token is invalid',
  },
  invalid_interaction_code: {
    error: 'invalid_grant',
    status: 400,
    description: 'The interaction code is invalid or has expired.',
  },
} as const satisfies Record<string, Reason>
