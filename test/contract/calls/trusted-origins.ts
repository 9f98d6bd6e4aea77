/** Trusted origins. */
import type { Json } from '../../json.ts'
import type { Call } from './call.ts'

const origin = (name: string): Json => ({
  name,
  origin: `https://${name}.example`,
  scopes: [{ type: 'CORS' }, { type: 'IFRAME_EMBED', allowedOktaApps: ['OKTA_ENDUSER'] }],
})

export const trustedOriginCalls: readonly Call[] = [
  { operation: 'createTrustedOrigin', body: origin('first'), keep: { trustedOriginId: 'id' } },
  { operation: 'getTrustedOrigin' },
  { operation: 'replaceTrustedOrigin', body: origin('second') },
  { operation: 'deactivateTrustedOrigin' },
  { operation: 'activateTrustedOrigin' },
  {
    operation: 'listTrustedOrigins',
    query: { q: 'second', filter: 'status eq "ACTIVE"', limit: '1', after: '' },
  },
  { operation: 'deleteTrustedOrigin' },
]
