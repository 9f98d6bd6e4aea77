/** Identifiers that follow from others. Ids are opaque: nothing reads their characters or length. */

/**
 * A stable 20-character id for a system object of a server: the prefix and 85 bits of two independent 64-bit hashes
 * (FNV-1a over different seeds). Not a secret and not security-relevant; only distinctness within a server counts.
 */
export function derivedId(prefix: string, ...parts: readonly string[]): string {
  const text = parts.join('\u0000')
  const digits =
    hash(text, 0xcbf29ce484222325n).toString(36) + hash(text, 0x9ae16a3b2f90404fn).toString(36)
  return (prefix + digits.padStart(24, '0')).slice(0, 20)
}

function hash(text: string, seed: bigint): bigint {
  let value = seed
  for (let index = 0; index < text.length; index++) {
    value = BigInt.asUintN(64, (value ^ BigInt(text.charCodeAt(index))) * 0x100000001b3n)
  }
  return value
}
