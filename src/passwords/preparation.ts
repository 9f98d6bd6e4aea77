/**
 * One form of a password however it was typed (RFC 8265 §4.2, OpaqueString): every space is U+0020 and the text is in
 * NFC. Only for hashes of ours: what another system hashed is verified as it was sent, which is what that system saw.
 */
export const prepared = (password: string): string =>
  password.replaceAll(/\p{Zs}/gu, ' ').normalize('NFC')
