/**
 * Everything that follows from KEY_ENCRYPTION_KEY: a set of versioned 256-bit keys, and from each of them
 * one subkey per purpose by HKDF (RFC 5869). Sealed values and MACs name the version they were made with, so
 * the key can be replaced while the old version still reads what it wrote.
 */
import {
  base64Decode,
  base64url,
  base64urlDecode,
  equalText,
  ownText,
  parseJson,
  utf8,
  type Bytes,
} from './encoding.ts'
import { randomBytes } from './random.ts'
import { briefUtf8 } from './scratch.ts'
import { StorageUnavailable } from './storage-errors.ts'

/** What a subkey is for. Two purposes never share a key. */
export type Purpose =
  | 'signing-key'
  | 'client-secret'
  | 'client-secret-mac'
  | 'hook-secret'
  | 'api-token-mac'
  | 'code-mac'
  | 'interaction-code-mac'
  | 'refresh-token-mac'
  | 'session-mac'
  | 'session-id-mac'
  | 'login-mac'
  | 'transaction'
  | 'session-token'
  | 'state-token'
  | 'interaction'
  | 'recovery-token-mac'
  | 'activation-token-mac'
  | 'recovery-state-mac'

/** An AES-256-GCM ciphertext with what is needed to open it, except the associated data. */
export interface Envelope {
  readonly format: 1
  readonly keyVersion: string
  readonly iv: string
  readonly ciphertext: string
}

interface KeySet {
  readonly current: string
  readonly keys: ReadonlyMap<string, Bytes>
}

const VERSION = /^[0-9A-Za-z_-]{1,16}$/

/** Reads one base64 key or `{"current":"2","keys":{"1":…,"2":…}}`; null when it is neither. */
function parseKeySet(text: string): KeySet | null {
  if (!text.trimStart().startsWith('{')) {
    const key = base64Decode(text.trim())
    return key?.length === 32 ? { current: '1', keys: new Map([['1', key]]) } : null
  }
  const set = parseJson(text) as { current?: unknown; keys?: unknown } | undefined
  if (typeof set?.current !== 'string' || typeof set.keys !== 'object') return null
  if (set.keys === null || Array.isArray(set.keys)) return null
  const keys = new Map<string, Bytes>()
  for (const [version, value] of Object.entries(set.keys)) {
    const key = typeof value === 'string' ? base64Decode(value) : null
    if (!VERSION.test(version) || key?.length !== 32) return null
    keys.set(version, key)
  }
  return keys.has(set.current) ? { current: set.current, keys } : null
}

/** A stored MAC and the key it was made with. */
interface KeyedMac {
  readonly subkey: CryptoKey
  readonly mac: Bytes
}

/** What is known of a client's secret. */
interface KnownSecret extends KeyedMac {
  /** The secret, from when it first proved right; null before. */
  proven: string | null
}

export class KeyEncryption {
  readonly #set: KeySet
  readonly #subkeys = new Map<string, Promise<CryptoKey>>()
  readonly #clientSecrets = new WeakMap<object, KnownSecret>()

  private constructor(set: KeySet) {
    this.#set = set
  }

  /** Null when the text is not a valid key or key set. */
  static parse(text: string): KeyEncryption | null {
    const set = parseKeySet(text)
    return set === null ? null : new KeyEncryption(set)
  }

  get currentVersion(): string {
    return this.#set.current
  }

  get versions(): readonly string[] {
    return [...this.#set.keys.keys()]
  }

  #subkey(version: string, purpose: Purpose): Promise<CryptoKey> {
    const name = `${version} ${purpose}`
    let subkey = this.#subkeys.get(name)
    if (subkey === undefined) {
      const key = this.#set.keys.get(version)
      // What was stored under it is there but cannot be read: a fault of the deployment, no verdict about a request.
      if (key === undefined)
        throw new StorageUnavailable(`KEY_ENCRYPTION_KEY has no version "${version}"`)
      subkey = derive(key, purpose)
      this.#subkeys.set(name, subkey)
    }
    return subkey
  }

  /** Encrypts a key so that it is only ever stored as ciphertext. `bound` names what it belongs to. */
  async wrap(key: CryptoKey, purpose: Purpose, bound: readonly string[]): Promise<Envelope> {
    const iv = randomBytes(12)
    const ciphertext = await crypto.subtle.wrapKey(
      'jwk',
      key,
      await this.#subkey(this.#set.current, purpose),
      { name: 'AES-GCM', iv, additionalData: associated(purpose, bound) },
    )
    return envelope(this.#set.current, iv, ciphertext)
  }

  /** The non-extractable key inside an envelope. Throws when `bound` differs from what it was wrapped with. */
  async unwrap(
    sealed: Envelope,
    purpose: Purpose,
    bound: readonly string[],
    algorithm: SubtleCryptoImportKeyAlgorithm,
    extractable = false,
  ): Promise<CryptoKey> {
    return crypto.subtle.unwrapKey(
      'jwk',
      bytesOf(sealed.ciphertext),
      await this.#subkey(sealed.keyVersion, purpose),
      {
        name: 'AES-GCM',
        iv: bytesOf(sealed.iv),
        additionalData: associated(purpose, bound),
      },
      algorithm,
      extractable,
      ['sign'],
    )
  }

  async seal(plaintext: Bytes, purpose: Purpose, bound: readonly string[]): Promise<Envelope> {
    const iv = randomBytes(12)
    const ciphertext = await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv, additionalData: associated(purpose, bound) },
      await this.#subkey(this.#set.current, purpose),
      plaintext,
    )
    return envelope(this.#set.current, iv, ciphertext)
  }

  async open(sealed: Envelope, purpose: Purpose, bound: readonly string[]): Promise<Bytes> {
    const plaintext = await crypto.subtle.decrypt(
      {
        name: 'AES-GCM',
        iv: bytesOf(sealed.iv),
        additionalData: associated(purpose, bound),
      },
      await this.#subkey(sealed.keyVersion, purpose),
      bytesOf(sealed.ciphertext),
    )
    return new Uint8Array(plaintext)
  }

  /** `version.mac` of a value that must be recognised but not read. */
  async mac(value: string, purpose: Purpose, version = this.#set.current): Promise<string> {
    const subkey = await this.#subkey(version, purpose)
    const mac = await crypto.subtle.sign('HMAC', subkey, utf8(value))
    return `${version}.${base64url(new Uint8Array(mac))}`
  }

  /**
   * Whether `value` is what `stored` was made of; constant in time over the MAC. Throws StorageUnavailable when the key
   * it was made with is missing.
   */
  async macMatches(value: string, purpose: Purpose, stored: string): Promise<boolean> {
    const keyed = await this.#keyedMac(purpose, stored)
    return keyed !== null && isMacOf(value, keyed)
  }

  /**
   * The same for the secret of a client, which is presented with each of its requests: what is stored is taken apart
   * once for as long as `stored` itself is remembered, and {@link isProvenSecret} knows what has proved right.
   */
  async isClientSecret(value: string, stored: { readonly mac: string }): Promise<boolean> {
    let known = this.#clientSecrets.get(stored)
    if (known === undefined) {
      const keyed = await this.#keyedMac('client-secret-mac', stored.mac)
      if (keyed === null) return false
      known = { ...keyed, proven: null }
      this.#clientSecrets.set(stored, known)
    }
    const isRight = await isMacOf(value, known)
    if (isRight) known.proven ??= ownText(value)
    return isRight
  }

  /**
   * Whether `value` is what has proved right as the secret that is `stored`, without asking WebCrypto again; false says
   * nothing. Constant in time over texts of one length. The text is kept where the key is that opens its envelope.
   */
  isProvenSecret(value: string, stored: { readonly mac: string }): boolean {
    const proven = this.#clientSecrets.get(stored)?.proven ?? null
    return proven !== null && equalText(value, proven)
  }

  /** Null when `stored` is not what `mac` makes. */
  async #keyedMac(purpose: Purpose, stored: string): Promise<KeyedMac | null> {
    const dot = stored.indexOf('.')
    const version = stored.slice(0, dot)
    const mac = base64urlDecode(stored.slice(dot + 1))
    if (mac?.length !== 32 || !VERSION.test(version)) return null
    return { subkey: await this.#subkey(version, purpose), mac }
  }
}

const isMacOf = (value: string, { subkey, mac }: KeyedMac): Promise<boolean> =>
  crypto.subtle.verify('HMAC', subkey, mac, briefUtf8(value))

async function derive(key: Bytes, purpose: Purpose): Promise<CryptoKey> {
  const base = await crypto.subtle.importKey('raw', key, 'HKDF', false, ['deriveKey'])
  const hkdf = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: new Uint8Array(0),
    info: utf8(`edgemint 1 ${purpose}`),
  }
  return purpose.endsWith('-mac')
    ? crypto.subtle.deriveKey(hkdf, base, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, [
        'sign',
        'verify',
      ])
    : crypto.subtle.deriveKey(hkdf, base, { name: 'AES-GCM', length: 256 }, false, [
        'encrypt',
        'decrypt',
        'wrapKey',
        'unwrapKey',
      ])
}

// A JSON array, so that no two lists of parts can run together into the same bytes.
const associated = (purpose: Purpose, bound: readonly string[]): Bytes =>
  utf8(JSON.stringify([1, purpose, ...bound]))

const envelope = (keyVersion: string, iv: Bytes, ciphertext: ArrayBuffer): Envelope => ({
  format: 1,
  keyVersion,
  iv: base64url(iv),
  ciphertext: base64url(new Uint8Array(ciphertext)),
})

function bytesOf(text: string): Bytes {
  const bytes = base64urlDecode(text)
  if (bytes === null) throw new Error('An envelope is not base64url')
  return bytes
}
