/** The active key of a server, unwrapped once an isolate into a key that cannot be exported again. */
import type { RingView } from '../domain/key-rotation.ts'
import type { KeyEncryption } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'
import { LruMap } from '../platform/lru.ts'
import { algorithmRow } from './algorithms.ts'
import { boundTo } from './generate.ts'
import type { KeyHeader } from './header.ts'

export interface Signer {
  readonly header: KeyHeader
  readonly key: CryptoKey
}

const unwrapped = new LruMap<string, Promise<Signer>>(limits.signingKeysCachedMax)

export function signerOf(ring: RingView, keyEncryption: KeyEncryption): Promise<Signer> {
  // The thumbprint alone would do; the envelope's iv keeps a key that was rewrapped or remade from being mistaken.
  const name = `${ring.active.kid} ${ring.active.wrapped.iv}`
  let signer = unwrapped.get(name)
  if (signer === undefined) {
    signer = unwrap(ring, keyEncryption)
    unwrapped.set(name, signer)
    signer.catch(() => unwrapped.delete(name))
  }
  return signer
}

async function unwrap(ring: RingView, keyEncryption: KeyEncryption): Promise<Signer> {
  const { kid, algorithm, wrapped } = ring.active
  const key = await keyEncryption.unwrap(
    wrapped,
    'signing-key',
    boundTo(ring.serverId, kid, algorithm),
    algorithmRow(algorithm).import,
  )
  return { header: { kid, alg: algorithm }, key }
}
