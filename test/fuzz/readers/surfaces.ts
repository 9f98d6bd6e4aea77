/** The surfaces whose readers can be asked alone. */
import type { Surface } from '../requests/surface.ts'
import { basic } from '../requests/surfaces/basic.ts'
import { cookies } from '../requests/surfaces/cookies.ts'
import { filters } from '../requests/surfaces/filters.ts'
import { form } from '../requests/surfaces/form.ts'
import { json } from '../requests/surfaces/json.ts'
import { jwt } from '../requests/surfaces/jwt.ts'

export const READ_SURFACES: readonly Surface[] = [form, basic, jwt, json, cookies, filters]
