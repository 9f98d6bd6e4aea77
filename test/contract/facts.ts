/** The form of okta-operations.json: OpenAPI 3.0 schemas without prose; a `$ref` is the bare name of a schema. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly enum?: readonly unknown[]
  readonly required?: readonly string[]
  readonly nullable?: boolean
  readonly format?: string
  readonly allOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly items?: Schema
  readonly not?: Schema
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: boolean | Schema
  readonly discriminator?: {
    readonly propertyName: string
    readonly mapping: Readonly<Record<string, Schema>>
  }
}

export interface Operation {
  readonly method: string
  readonly path: string
  /** The okta.* scopes of which one is needed. */
  readonly scopes: readonly string[]
  readonly query: readonly string[]
  readonly request: Schema | null
  /** By success status; null: no body. */
  readonly responses: Readonly<Record<string, Schema | null>>
}

export interface Facts {
  readonly source: string
  /** By operationId. */
  readonly operations: Readonly<Record<string, Operation>>
  readonly schemas: Readonly<Record<string, Schema>>
}
