/** Every surface, by name. */
import type { Surface } from '../surface.ts'
import { basic } from './basic.ts'
import { cookies } from './cookies.ts'
import { filters } from './filters.ts'
import { form } from './form.ts'
import { json } from './json.ts'
import { jwt } from './jwt.ts'
import { paths } from './paths.ts'

export const SURFACES: readonly Surface[] = [form, basic, jwt, json, cookies, filters, paths]
