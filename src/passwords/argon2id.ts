/**
 * Argon2id (RFC 9106) with the parameters that new passwords get. The module is the reference implementation compiled
 * to WebAssembly; it imports nothing, so that it can only compute. It is instantiated at the first hash, once an
 * isolate: its memory grows to what one hash needs, is cleared and used again by the next.
 */
import wasm from '@phi-ag/argon2/argon2.wasm'
import { equalBytes, utf8, type Bytes } from '../platform/encoding.ts'
import { limits } from '../platform/limits.ts'
import { randomBytes } from '../platform/random.ts'
import { phcBase64, phcBytes, phcText, type Phc } from './phc.ts'
import { prepared } from './preparation.ts'

interface Parameters {
  readonly memoryKib: number
  readonly passes: number
  readonly lanes: number
}

/** OWASP's first choice. A stored hash with other parameters is outdated. */
const TODAY: Parameters = { memoryKib: 19_456, passes: 2, lanes: 1 }
const SALT_BYTES = 16
const TAG_BYTES = 32
const VERSION = 0x13
const ARGON2ID = 2

export const ARGON2ID_NAME = 'argon2id'

interface Exports {
  readonly memory: WebAssembly.Memory
  readonly _initialize: () => void
  readonly malloc: (bytes: number) => number
  readonly free: (pointer: number) => void
  readonly argon2_hash: (
    passes: number,
    memoryKib: number,
    lanes: number,
    password: number,
    passwordBytes: number,
    salt: number,
    saltBytes: number,
    tag: number,
    tagBytes: number,
    encoded: number,
    encodedBytes: number,
    type: number,
    version: number,
  ) => number
}

let instance: Exports | undefined

function argon2(): Exports {
  if (instance === undefined) {
    instance = new WebAssembly.Instance(wasm).exports as unknown as Exports
    instance['_initialize']()
  }
  return instance
}

function tagOf(password: Bytes, salt: Bytes, parameters: Parameters, tagBytes: number): Bytes {
  const { memory, malloc, free, argon2_hash } = argon2()
  const { memoryKib, passes, lanes } = parameters
  const bytes = password.length + salt.length + tagBytes
  const start = malloc(bytes)
  if (start === 0) throw new Error('Argon2id: no memory')
  const [saltAt, tagAt] = [start + password.length, start + password.length + salt.length]
  try {
    const before = new Uint8Array(memory.buffer)
    before.set(password, start)
    before.set(salt, saltAt)
    // prettier-ignore
    const code = argon2_hash(
      passes, memoryKib, lanes, start, password.length, saltAt, salt.length, tagAt, tagBytes, 0, 0, ARGON2ID, VERSION,
    )
    if (code !== 0) throw new Error(`Argon2id: error ${code}`)
    // Growing the memory has replaced its buffer.
    return new Uint8Array(memory.buffer).slice(tagAt, tagAt + tagBytes)
  } finally {
    new Uint8Array(memory.buffer).fill(0, start, start + bytes)
    free(start)
  }
}

/** The PHC string of a password, with a salt of its own: `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
export function hashArgon2id(password: string): string {
  const salt = randomBytes(SALT_BYTES)
  const tag = tagOf(utf8(prepared(password)), salt, TODAY, TAG_BYTES)
  const { memoryKib: m, passes: t, lanes: p } = TODAY
  return phcText(ARGON2ID_NAME, { v: VERSION, m, t, p }, phcBase64(salt), phcBase64(tag))
}

/** Null when the stored hash cannot be verified: another version, or parameters beyond the bounds. */
export function verifyArgon2id(
  stored: Phc,
  password: string,
): { readonly matches: boolean; readonly outdated: boolean } | null {
  const parameters = parametersOf(stored)
  const [salt, tag] = [phcBytes(stored.salt), phcBytes(stored.hash)]
  if (parameters === null || salt === null || tag === null) return null
  if (salt.length < 8 || tag.length < 16 || tag.length > limits.passwordDigestBytesMax) return null
  const made = tagOf(utf8(prepared(password)), salt, parameters, tag.length)
  const { memoryKib, passes, lanes } = parameters
  const isToday = memoryKib === TODAY.memoryKib && passes === TODAY.passes && lanes === TODAY.lanes
  return {
    matches: equalBytes(made, tag),
    outdated: !isToday || salt.length !== SALT_BYTES || tag.length !== TAG_BYTES,
  }
}

function parametersOf({ parameters }: Phc): Parameters | null {
  const { v, m, t, p } = parameters
  if (v !== String(VERSION)) return null
  const [memoryKib, passes, lanes] = [Number(m), Number(t), Number(p)]
  const within = (value: number, least: number, most: number): boolean =>
    Number.isInteger(value) && value >= least && value <= most
  return within(memoryKib, 8 * lanes, limits.argon2MemoryKibMax) &&
    within(passes, 1, limits.argon2PassesMax) &&
    within(lanes, 1, limits.argon2LanesMax)
    ? { memoryKib, passes, lanes }
    : null
}
