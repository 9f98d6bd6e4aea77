/** Content of ours that waits with others: encrypted, so that nobody reads or changes it. */
import { base64urlDecode, parseJson, utf8, utf8Decode } from '../platform/encoding.ts'
import type { KeyEncryption, Purpose } from '../platform/key-encryption.ts'
import { limits } from '../platform/limits.ts'

const boundTo = (kind: string): readonly string[] => ['1', kind]

/** Text of characters that an address takes as they are. What is of one kind is never read as another. */
export async function writeSealed(
  purpose: Purpose,
  kind: string,
  content: object,
  keys: KeyEncryption,
): Promise<string> {
  const sealed = await keys.seal(utf8(JSON.stringify(content)), purpose, boundTo(kind))
  return `${sealed.keyVersion}.${sealed.iv}.${sealed.ciphertext}`
}

/** Null for anything that was not sealed here for the purpose and as that kind. */
export async function readSealed<Content>(
  purpose: Purpose,
  kind: string,
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
    const bytes = await keys.open({ format: 1, keyVersion, iv, ciphertext }, purpose, boundTo(kind))
    return parseJson(utf8Decode(bytes) ?? '') as Content
  } catch {
    return null
  }
}
