/** Tokens that differ from a genuine one in a single character, of which a sloppy reader may see none. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/**
 * The text with the next character of base64url's alphabet at a place. Where the last character has bits that are of no
 * byte, the next one differs in these alone.
 */
export function respelled(text: string, at = text.length - 1): string {
  const next = ALPHABET[(ALPHABET.indexOf(text[at]!) + 1) % ALPHABET.length]!
  return text.slice(0, at) + next + text.slice(at + 1)
}
