/**
 * What of a line for the operator could be a secret: by its shape, since most are made while the tests run, and by
 * value for those that the tests bring. Ids, hashes of requests and the names of faults are none.
 */
import { testBindings } from './bindings.ts'

/** Secrets that tests bring along. */
const KNOWN: readonly string[] = [
  testBindings.KEY_ENCRYPTION_KEY,
  testBindings.BOOTSTRAP_API_TOKEN,
  testBindings.BOOTSTRAP_ADMIN_PASSWORD,
  // People of the Worker's tests, and the product's own of the e2e tests.
  'Correct-Horse-7-battery',
  '00e2e-bootstrap-token-for-the-test-only',
  'a password of the tests only',
]

const SHAPES: Readonly<Record<string, RegExp>> = {
  'a JWT': /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/,
  // Codes, refresh tokens, session cookies: what they say, the version of the key, and the MAC.
  'an artefact': /[\w-]{40,}\.\w{1,8}\.[\w-]{43}/,
  // Transactions, session tokens, state handles: the version of the key, the nonce and what is encrypted.
  'something sealed': /\w{1,8}\.[\w-]{16}\.[\w-]{40,}/,
  // Client secrets, API tokens, code verifiers, secrets of sessions: ids have half as many characters.
  'a random value': /(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{40,}/,
  'a header with credentials': /\b(Basic|Bearer|SSWS|DPoP)\s+[\w~+/.=-]{6,}/i,
  'a hash of a password': /\$(argon2\w*|2[aby]|pbkdf2[\w-]*|scrypt)\$/,
  'a private key': /PRIVATE KEY-----|"d"\s*:\s*"[\w-]{20,}"/,
  'a parameter with a secret':
    /\b(password|client_secret|code|code_verifier|refresh_token|access_token|id_token|client_assertion|sessionToken|stateToken|recoveryToken|transaction)=[^\s&"]{6,}/,
}

/** What was found, by what it looks like; empty: nothing. */
export function secretsIn(text: string): readonly string[] {
  const known = KNOWN.filter((secret) => text.includes(secret)).map(() => 'a secret of the tests')
  const shaped = Object.entries(SHAPES)
    .filter(([, shape]) => shape.test(text))
    .map(([name]) => name)
  return [...known, ...shaped]
}

/** Throws when a line holds a secret. The line is not repeated: where tests run, their output is a log as well. */
export function refuseSecrets(lines: readonly string[], where: string): void {
  for (const line of lines) {
    const found = secretsIn(line)
    if (found.length > 0)
      throw new Error(`${where} wrote ${found.join(', ')} in a line of ${line.length} characters`)
  }
}
