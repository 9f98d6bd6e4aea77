/** RFC 6749 §4.1.3: the code of an authorization response. */
import type { PersonGrant } from './grant.ts'
import { redeemedCode } from './redeemed-code.ts'

export const authorizationCode: PersonGrant = {
  of: 'person',
  grantType: 'authorization_code',
  publicClients: 'allowed',
  redeem: (form, redeeming) => redeemedCode('code', form, redeeming),
}
