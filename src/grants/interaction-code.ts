/** Okta's interaction code: the code that a page of the app got which asked the person itself. */
import type { PersonGrant } from './grant.ts'
import { redeemedCode } from './redeemed-code.ts'

export const interactionCode: PersonGrant = {
  of: 'person',
  grantType: 'interaction_code',
  publicClients: 'allowed',
  redeem: (form, redeeming) => redeemedCode('interaction-code', form, redeeming),
}
