/** What a soak came across, so that one which looks at nothing is seen. */
import type { Counts } from './history.ts'

/** What can come of each command. A long soak sees all of it. */
const TRANSITIONS: Readonly<Record<string, readonly string[]>> = {
  authenticate: ['proved', 'denied'],
  begin: ['begun', 'denied'],
  'sign-out': ['ended', 'over already'],
  authorize: ['code', 'login_required', 'no such client', 'not of this client', 'not_found'],
  redeem: [
    'given',
    'replayed',
    'expired',
    'ended',
    'wrong verifier',
    'of another client',
    'of another server',
    'unauthorized_client',
    'invalid_client',
    'not_found',
  ],
  refresh: [
    'rotated',
    'kept',
    'same successor',
    'replayed',
    'ended',
    'of another client',
    'of another server',
    'unauthorized_client',
    'invalid_client',
    'not_found',
  ],
  password: ['given', 'not active', 'unauthorized_client', 'invalid_client', 'not_found'],
  'client-credentials': ['given', 'unauthorized_client', 'invalid_client', 'not_found'],
  introspect: ['active', 'inactive', 'invalid_client', 'not_found'],
  userinfo: ['claims', 'insufficient_scope', 'invalid_token', 'not_found'],
  revoke: ['access token', 'refresh token', 'nothing', 'invalid_client', 'not_found'],
  keys: ['published', 'not_found'],
  rotate: ['rotated', 'emergency', 'not_found'],
  'change-user': [
    'activate',
    'activate refused',
    'deactivate',
    'deactivate refused',
    'suspend',
    'suspend refused',
    'unsuspend',
    'unsuspend refused',
    'delete',
    'not_found',
  ],
  'change-app': ['activate', 'deactivate', 'delete', 'delete refused', 'no change', 'not_found'],
  'change-server': ['activate', 'deactivate', 'delete', 'no change', 'not_found'],
  'clear-sessions': ['sessions alone', 'with tokens', 'not_found'],
  'revoke-of-user': ['revoked', 'not_found'],
  'revoke-of-client': ['revoked', 'not_found'],
}

const UNAVAILABLE = 'unavailable'

export function reportOf(counts: Counts, seconds: number): string {
  const times = (name: string): number => counts.get(name) ?? 0
  const lines = Object.entries(TRANSITIONS).map(([verb, names]) => {
    const told = [...names, UNAVAILABLE].map((name) => `${times(`${verb}: ${name}`)} ${name}`)
    return `${verb}: ${told.join(', ')}`
  })
  const lost = [...counts].filter(([name]) => name.startsWith('lost: ')).toSorted()
  const commands = [...counts].reduce(
    (sum, [name, times]) => (Object.keys(TRANSITIONS).some((verb) => name.startsWith(`${verb}: `)) ? sum + times : sum), // prettier-ignore
    0,
  )
  const missing = unseen(counts)
  return [
    ...lines,
    '',
    `calls to storage lost: ${lost.map(([name, times]) => `${times} ${name.slice('lost: '.length)}`).join(', ')}`,
    `${times('histories')} histories (${times('histories given up')} given up), ${commands} commands, ${times('at once')} batches of several at once, in ${seconds.toFixed(0)} s`,
    missing.length === 0 ? 'everything was seen' : `never seen: ${missing.join('; ')}`,
  ].join('\n')
}

/** What did not come of any command. */
export const unseen = (counts: Counts): readonly string[] =>
  Object.entries(TRANSITIONS).flatMap(([verb, names]) =>
    names.map((name) => `${verb}: ${name}`).filter((name) => !counts.has(name)),
  )
