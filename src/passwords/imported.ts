/**
 * Hashes of passwords that another system made: for each of Okta's algorithms what a request must say, how that is
 * stored, and how a password is checked against it. They live until the first sign-in, which replaces them.
 */
import { hashSync as bcrypt } from 'bcrypt-ts/browser'
import * as z from 'zod'
import { base64Decode, equalBytes, joined, utf8, type Bytes } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { phcBase64, phcBytes, phcText, type Phc } from './phc.ts'

/** False also for a stored hash that is not what its name says: an import would have refused it. */
type Verify = (stored: Phc, password: string) => Promise<boolean>

interface ImportedAlgorithm<Schema extends z.ZodType<string>> {
  /** What a request says of the hash; comes out as the text to store. */
  readonly schema: Schema
  /** By the name under which it is stored. */
  readonly verify: Readonly<Record<string, Verify>>
}

const algorithm = <Schema extends z.ZodType<string>>(
  row: ImportedAlgorithm<Schema>,
): ImportedAlgorithm<Schema> => row

/** Base64 text of between `least` and `most` bytes, as bytes. */
const base64Bytes = (least: number, most: number): z.ZodType<Bytes, string> =>
  z
    .string()
    .max(Math.ceil(most / 3) * 4)
    .transform((text, context) => {
      const bytes = base64Decode(text)
      if (bytes !== null && bytes.length >= least && bytes.length <= most) return bytes
      const length = least === most ? `${most}` : `${least} to ${most}`
      context.addIssue({ code: 'custom', message: `must be base64 of ${length} bytes` })
      return z.NEVER
    })

const Salt = base64Bytes(1, limits.passwordSaltBytesMax)

const SALT_ORDERS = ['PREFIX', 'POSTFIX'] as const

/** A digest of the password and, before or behind it, a salt. */
function digestAlgorithm<Name extends string>(name: Name, digestBytes: number) {
  const stored = name.toLowerCase()
  return algorithm({
    schema: z
      .object({
        algorithm: z.literal(name),
        salt: Salt.nullish(),
        saltOrder: z.enum(SALT_ORDERS).nullish(),
        value: base64Bytes(digestBytes, digestBytes),
      })
      .refine(({ salt, saltOrder }) => salt == null || saltOrder != null, {
        path: ['saltOrder'],
        error:
          'The field is missing: a salt stands before the password (PREFIX) or behind it (POSTFIX)',
      })
      .transform(({ salt, saltOrder, value }) =>
        salt == null
          ? phcText(stored, {}, '', phcBase64(value))
          : phcText(stored, { o: saltOrder ?? '' }, phcBase64(salt), phcBase64(value)),
      ),
    verify: {
      [stored]: async ({ parameters, salt, hash }, password) => {
        const [saltBytes, expected, text] = [phcBytes(salt), phcBytes(hash), utf8(password)]
        if (saltBytes === null || expected === null) return false
        const parts = parameters['o'] === 'POSTFIX' ? [text, saltBytes] : [saltBytes, text]
        const input = joined(parts, text.length + saltBytes.length)
        return equalBytes(new Uint8Array(await crypto.subtle.digest(name, input)), expected)
      },
    },
  })
}

/** The 128 bits of a salt and the 184 of a hash in bcrypt's own base64. */
const radix64 = (characters: number): z.ZodString =>
  z.string().regex(new RegExp(`^[./A-Za-z0-9]{${characters}}$`), {
    error: `must be ${characters} characters of ./A-Za-z0-9`,
  })

const { bcryptWorkFactorMin, bcryptWorkFactorMax } = limits

const workFactorFault = `must be between ${bcryptWorkFactorMin} and ${bcryptWorkFactorMax}`

const bcryptAlgorithm = algorithm({
  schema: z
    .object({
      algorithm: z.literal('BCRYPT'),
      workFactor: z
        .int()
        .min(bcryptWorkFactorMin, { error: workFactorFault })
        .max(bcryptWorkFactorMax, { error: workFactorFault }),
      salt: radix64(22),
      value: radix64(31),
    })
    .transform(({ workFactor, salt, value }) => phcText('bcrypt', { r: workFactor }, salt, value)),
  verify: {
    bcrypt: async ({ parameters, salt, hash }, password) => {
      const workFactor = Number(parameters['r'])
      if (!(workFactor >= bcryptWorkFactorMin && workFactor <= bcryptWorkFactorMax)) return false
      const made = bcrypt(password, `$2b$${String(workFactor).padStart(2, '0')}$${salt}`)
      return equalBytes(utf8(made.slice(-31)), utf8(hash))
    },
  },
})

const DIGESTS = { SHA256_HMAC: 'SHA-256', SHA512_HMAC: 'SHA-512' } as const

const { pbkdf2IterationsMin, pbkdf2IterationsMax, pbkdf2KeyBytesMin, passwordDigestBytesMax } =
  limits

const pbkdf2 =
  (hash: string): Verify =>
  async (stored, password) => {
    const [salt, expected] = [phcBytes(stored.salt), phcBytes(stored.hash)]
    const iterations = Number(stored.parameters['i'])
    if (salt === null || expected === null || !(iterations <= pbkdf2IterationsMax)) return false
    const key = await crypto.subtle.importKey('raw', utf8(password), 'PBKDF2', false, [
      'deriveBits',
    ])
    const derived = await crypto.subtle.deriveBits(
      { name: 'PBKDF2', hash, salt, iterations },
      key,
      expected.length * 8,
    )
    return equalBytes(new Uint8Array(derived), expected)
  }

const pbkdf2Algorithm = algorithm({
  schema: z
    .object({
      algorithm: z.literal('PBKDF2'),
      digestAlgorithm: z.enum(['SHA256_HMAC', 'SHA512_HMAC']),
      iterationCount: z
        .int()
        .min(pbkdf2IterationsMin, { error: `must be at least ${pbkdf2IterationsMin}` })
        .max(pbkdf2IterationsMax, {
          error: `must be at most ${pbkdf2IterationsMax}, the most that can be verified here`,
        }),
      keySize: z
        .int()
        .min(pbkdf2KeyBytesMin, { error: `must be at least ${pbkdf2KeyBytesMin}` })
        .max(passwordDigestBytesMax, { error: `must be at most ${passwordDigestBytesMax}` }),
      salt: Salt,
      value: base64Bytes(1, passwordDigestBytesMax),
    })
    .refine(({ keySize, value }) => value.length === keySize, {
      path: ['value'],
      error: 'must be base64 of keySize bytes',
    })
    .transform(({ digestAlgorithm, iterationCount, keySize, salt, value }) =>
      phcText(
        `pbkdf2-${DIGESTS[digestAlgorithm].toLowerCase()}`,
        { i: iterationCount, l: keySize },
        phcBase64(salt),
        phcBase64(value),
      ),
    ),
  verify: { 'pbkdf2-sha-256': pbkdf2('SHA-256'), 'pbkdf2-sha-512': pbkdf2('SHA-512') },
})

/** By Okta's names. */
const algorithms = {
  BCRYPT: bcryptAlgorithm,
  MD5: digestAlgorithm('MD5', 16),
  PBKDF2: pbkdf2Algorithm,
  'SHA-1': digestAlgorithm('SHA-1', 20),
  'SHA-256': digestAlgorithm('SHA-256', 32),
  'SHA-512': digestAlgorithm('SHA-512', 64),
} as const

/** A hash in a request, by `algorithm`; comes out as the text to store. */
export const ImportedHash = z.discriminatedUnion(
  'algorithm',
  [
    algorithms.BCRYPT.schema,
    algorithms.MD5.schema,
    algorithms.PBKDF2.schema,
    algorithms['SHA-1'].schema,
    algorithms['SHA-256'].schema,
    algorithms['SHA-512'].schema,
  ],
  { error: `must be one of ${Object.keys(algorithms).join(', ')}` },
)

const verifiers: ReadonlyMap<string, Verify> = new Map(
  Object.values(algorithms).flatMap(({ verify }) => Object.entries(verify)),
)

/** Null when no algorithm stores under this name. */
export async function verifyImported(stored: Phc, password: string): Promise<boolean | null> {
  const verify = verifiers.get(stored.name)
  return verify === undefined ? null : verify(stored, password)
}
