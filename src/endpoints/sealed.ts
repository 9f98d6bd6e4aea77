/** Content of ours that waits with others: encrypted, so that nobody reads or changes it. */
import { base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import type { KeyEncryption, Purpose } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'

const BOUND = ['1']

/** Text of characters that an address takes as they are. */
export async function writeSealed(
  purpose: Purpose,
  content: object,
  keys: KeyEncryption,
): Promise<string> {
  const sealed = await keys.seal(utf8(JSON.stringify(content)), purpose, BOUND)
  return `${sealed.keyVersion}.${sealed.iv}.${sealed.ciphertext}`
}

/** Null for anything that was not sealed here for the purpose. */
export async function readSealed<Content>(
  purpose: Purpose,
  text: string,
  keys: KeyEncryption,
): Promise<Content | null> {
  if (text.length > limits.transactionCharactersMax) return null
  const [keyVersion, iv, ciphertext, ...more] = text.split('.')
  if (keyVersion === undefined || iv === undefined || ciphertext === undefined || more.length > 0)
    return null
  if (!keys.versions.includes(keyVersion)) return null
  if (base64urlDecode(iv)?.length !== 12 || base64urlDecode(ciphertext) === null) return null
  try {
    const bytes = await keys.open({ format: 1, keyVersion, iv, ciphertext }, purpose, BOUND)
    return parseJson(utf8Decode(bytes) ?? '') as Content
  } catch {
    return null
  }
}
