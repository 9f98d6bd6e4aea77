/** The parts of an ION document: what a page may send next, where, and with which fields. */
import type { Messages } from './messages.ts'

export const ION_VERSION = '1.0.0'
export const ION_TYPE = `application/ion+json; okta-version=${ION_VERSION}`
/** Of what pages send, and of refusals: of another type okta-auth-js does not read them. */
export const JSON_TYPE = `application/json; okta-version=${ION_VERSION}`

export interface Field {
  readonly name: string
  readonly label?: string
  readonly type?: 'string' | 'boolean' | 'object'
  readonly required?: boolean
  readonly secret?: true
  readonly visible?: boolean
  readonly mutable?: boolean
  readonly value?: unknown
  readonly desc?: string
  readonly form?: { readonly value: readonly Field[] }
  readonly options?: readonly Readonly<Record<string, unknown>>[]
  readonly messages?: Messages
}

/** What can be sent. */
export interface Form {
  readonly name: string
  readonly href: string
  readonly fields: readonly Field[]
  /** Members of its own. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** A form as documents hold it. Every form brings the handle back. */
export const action = ({ name, href, fields, more }: Form, stateHandle: string) => ({
  rel: ['create-form'],
  name,
  ...more,
  href,
  method: 'POST',
  produces: ION_TYPE,
  value: [
    ...fields,
    { name: 'stateHandle', required: true, value: stateHandle, visible: false, mutable: false },
  ],
  accepts: JSON_TYPE,
})

export const object = <Value>(value: Value) => ({ type: 'object', value }) as const
export const array = <Value>(value: readonly Value[]) => ({ type: 'array', value }) as const
