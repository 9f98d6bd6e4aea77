/** The OpenAPI document of the management API, by a validator that is not ours and against the table of routes. */
import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { orgScopeNames } from '../../../src/issuer/org-scopes.ts'
import { openApiDocument, type Operation } from '../../../src/management/openapi.ts'
import { schemasOf } from '../../../src/management/openapi-schemas.ts'
import { managementRoutes } from '../../../src/management/routes.ts'
import type { Json } from '../../json.ts'

const ORIGIN = 'https://auth.example'
const document = openApiDocument(managementRoutes, ORIGIN)
const text = JSON.stringify(document)

const operations: readonly Operation[] = Object.values(document.paths).flatMap((path) =>
  Object.values(path),
)

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1, and every reference leads somewhere', async () => {
    const validator = new Validator()
    expect(await validator.validate(JSON.parse(text) as Json)).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    const referred = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, pointer]) => pointer!)
    const lost = referred.filter(
      (pointer) =>
        pointer.split('/').reduce((at: Json | undefined, name) => at?.[name], document as Json) ===
        undefined,
    )
    expect(lost).toEqual([])
  })

  it('has every route with the scope that it needs', () => {
    for (const { method, path, scope } of managementRoutes) {
      const template = path.replaceAll(/:(\w+)/g, '{$1}')
      const operation = document.paths[template]?.[method.toLowerCase()]
      expect([path, operation?.security]).toEqual([path, [{ apiToken: [] }, { oauth2: [scope] }]])
      expect(orgScopeNames).toContain(scope)
    }
  })

  it('names each operation once', () => {
    const names = operations.map((one) => one.operationId)
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([])
    expect(names.filter((name) => !/^[a-z][A-Za-z0-9]+$/.test(name))).toEqual([])
    expect(names).toContain('activateAuthorizationServerPolicyRule')
  })

  it('describes the body that is validated and the answer that is tested', () => {
    const create = document.paths['/api/v1/apps']!['post'] as Json
    expect(create['requestBody']['content']['application/json']['schema']).toEqual({
      $ref: '#/components/schemas/AppInput',
    })
    const list = document.paths['/api/v1/apps']!['get'] as Json
    expect(list['responses']['200']['content']['application/json']['schema']).toEqual({
      type: 'array',
      items: { $ref: '#/components/schemas/Application' },
    })
    const limit = list['parameters'].find((one: Json) => one['name'] === 'limit')
    expect(limit).toMatchObject({ in: 'query', required: false, schema: { type: 'integer' } })
  })

  it('a name of a schema means one schema, in bodies and in answers', () => {
    const of = (part: 'body' | 'output') =>
      schemasOf(managementRoutes.map((one) => ({ ...one, query: {}, [part]: null }))).components
    const [answers, bodies] = [of('body'), of('output')]
    for (const name of Object.keys(answers))
      if (name in bodies) expect([name, answers[name]]).toEqual([name, bodies[name]])
    expect(answers).not.toHaveProperty('Error')
  })

  it('tells nothing of limits that only follow from how numbers are held', () => {
    expect(text).not.toContain(String(Number.MAX_SAFE_INTEGER))
  })
})
