/** Forms and queries of every endpoint that takes parameters, of clients and of browsers. */
import { FORM, posted, spoiledFields, written } from '../fields.ts'
import { FIELD_NAMES, FORMS } from '../forms.ts'
import { repeatedly } from '../texts.ts'
import type { Surface } from '../surface.ts'
import { valuesOf } from '../world.ts'

const KINDS = Object.entries(FORMS)

export const form: Surface = {
  name: 'form',
  make: (random, world) => {
    const [kind, make] = random.one(KINDS)
    const { path, method, fields, headers } = make(random, world)
    const sent = random.chance(0.05)
      ? fields
      : repeatedly(random, fields, (one) =>
          spoiledFields(random, one, FIELD_NAMES, valuesOf(world)),
        )
    const text = written(random, sent)
    if (method === 'GET')
      return { kind, input: { method, target: `${path}?${text}`, headers, body: null } }
    const body = posted(random, text, FORM, 0.15)
    return {
      kind,
      input: { method, target: path, ...body, headers: [...headers, ...body.headers] },
    }
  },
}
