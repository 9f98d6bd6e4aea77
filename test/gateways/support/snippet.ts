/** The configuration that is documented, with the values of its example replaced by those of a test. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = join(import.meta.dirname, '..', '..', 'examples', 'gateways')

/** Each value must be there; longer ones come before what they contain. */
export function snippet(name: string, values: readonly (readonly [string, string])[]): string {
  return values.reduce(
    (text, [example, value]) => {
      if (!text.includes(example)) throw new Error(`${name} has no ${example}`)
      return text.replaceAll(example, value)
    },
    readFileSync(join(folder, name), 'utf8'),
  )
}
