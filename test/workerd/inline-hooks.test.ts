/** Inline hooks by the management API: their life, what is one, their secret, their use by rules, and execution. */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { rewrapHookSecrets } from '../../src/store/rewrap.ts'
import { boundToHook } from '../../src/domain/inline-hook.ts'
import type { InlineHook } from '../../src/domain/inline-hook.ts'
import { KeyEncryption } from '../../src/platform/key-encryption.ts'
import { utf8Decode } from '../../src/platform/encoding.ts'
import { limits } from '../../src/platform/limits.ts'
import { findInlineHook } from '../../src/store/inline-hooks.ts'
import { testBindings } from '../bindings.ts'
import { refusal, statuses } from './app-support.ts'
import { aHook, attach, createHook, HOOKS, serveHooks, type Endpoint } from './hook-support.ts'
import { during } from './meanwhile.ts'
import { answered, api, aRule, aServer, made, ORIGIN, unique, type Json } from './support.ts'

const { DB, LOG_DB } = env
const hooks = serveHooks()

const SECRET = { type: 'HEADER', key: 'Authorization', value: 'my-shared-secret' }
const config = (changes: Json): Json => ({ channel: { config: changes } })

const removeHooks = async (): Promise<void> => {
  await DB.batch([
    DB.prepare('UPDATE policy_rules SET hook_id = NULL'),
    DB.prepare('DELETE FROM inline_hooks'),
  ])
}

const eventsOf = async (id: string): Promise<readonly string[]> => {
  const statement = LOG_DB.prepare(
    'SELECT event_type AS type FROM events WHERE document LIKE ?1',
  ).bind(`%${id}%`)
  return (await statement.all<{ type: string }>()).results.map(({ type }) => type).toSorted()
}

const secretOf = async ({ id, secret }: InlineHook): Promise<string | null> => {
  const keys = KeyEncryption.parse(testBindings.KEY_ENCRYPTION_KEY)!
  return secret && utf8Decode(await keys.open(secret, 'hook-secret', boundToHook(id)))
}

const storedSecret = async (id: string): Promise<string | null> =>
  secretOf((await findInlineHook(DB, id))!)

const versionOf = async (serverId: string): Promise<number> =>
  (await DB.prepare('SELECT version FROM authorization_servers WHERE id = ?1')
    .bind(serverId)
    .first<number>('version'))!

describe('an inline hook', () => {
  it('is created, read, updated, replaced, deactivated, activated and deleted', async () => {
    const headers = [{ key: 'x-any-key', value: 'my-header-value' }]
    const body = aHook({ headers, authScheme: SECRET }, { status: 'INACTIVE', id: 'mine' })
    const hook = await made(200, 'POST', HOOKS, body)
    expect(hook).toMatchObject({
      id: expect.stringMatching(/^cal\w{17}$/),
      status: 'ACTIVE',
      name: body['name'],
      type: 'com.okta.oauth2.tokens.transform',
      version: '1.0.0',
      channel: {
        type: 'HTTP',
        version: '1.0.0',
        config: {
          uri: body['channel']['config']['uri'],
          headers,
          method: 'POST',
          authScheme: { type: 'HEADER', key: 'Authorization' },
        },
      },
    })
    const path = `${HOOKS}/${hook['id']}`
    expect(hook['_links']['self']['href']).toBe(ORIGIN + path)
    expect(Object.keys(hook['_links'])).toEqual(['self', 'execute', 'deactivate'])
    expect(await made(200, 'GET', path)).toEqual(hook)

    const renamed = await made(200, 'POST', path, { name: 'other', version: '1.0.1' })
    expect(renamed).toEqual({
      ...hook,
      name: 'other',
      version: '1.0.1',
      lastUpdated: expect.any(String),
    })
    const { type: _, ...replacement } = aHook({ uri: 'https://hooks.example/new' })
    const replaced = await made(200, 'PUT', path, replacement)
    expect(replaced).toMatchObject({ name: replacement['name'], type: hook['type'] })
    expect(replaced['channel']['config']).toEqual({
      uri: 'https://hooks.example/new',
      headers: [],
      method: 'POST',
      authScheme: null,
    })

    const inactive = await made(200, 'POST', `${path}/lifecycle/deactivate`)
    expect(inactive['status']).toBe('INACTIVE')
    expect(Object.keys(inactive['_links'])).toEqual(['self', 'execute', 'activate', 'delete'])
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    expect((await made(200, 'POST', `${path}/lifecycle/activate`))['status']).toBe('ACTIVE')
    expect(await refusal('DELETE', path)).toContain('INACTIVE')
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    await made(204, 'DELETE', path)
    for (const [method, below, sent] of [
      ['GET', ''],
      ['POST', '', {}],
      ['PUT', '', aHook()],
      ['DELETE', ''],
      ['POST', '/execute', {}],
      ['POST', '/lifecycle/activate'],
      ['POST', '/lifecycle/deactivate'],
    ] as const) {
      const [status, error] = await answered(await api(method, path + below, sent))
      expect([method, below, status, error['errorCode']]).toEqual([method, below, 404, 'E0000007'])
    }
    expect(await eventsOf(hook['id'])).toEqual(
      ['created', 'updated', 'updated', 'deactivated', 'activated', 'deactivated', 'deleted']
        .map((verb) => `inline_hook.${verb}`)
        .toSorted(),
    )
  })

  it('is listed with the others, of one type or of all', async () => {
    const { id } = await createHook()
    const idsOf = async (query: string): Promise<readonly string[]> =>
      ((await made(200, 'GET', HOOKS + query)) as unknown as Json[]).map((one) => one['id'])
    expect(await idsOf('')).toContain(id)
    expect(await idsOf('?type=com.okta.oauth2.tokens.transform')).toContain(id)
    expect(await idsOf('?type=com.okta.saml.tokens.transform')).toEqual([])
    for (const type of ['nonsense', 'constructor', '__proto__'])
      expect(await refusal('GET', `${HOOKS}?type=${type}`)).toContain('type: must be one of')
  })

  it('is updated in what is named only', async () => {
    const headers = [{ key: 'x-one', value: '1' }]
    const hook = await createHook({ headers, authScheme: SECRET })
    const path = `${HOOKS}/${hook['id']}`
    const before = hook['channel']['config']
    const uri = `${before['uri']}/changed`
    const moved = config({ uri, authScheme: SECRET })
    for (const [patch, changed] of [
      [{}, {}],
      [{ channel: {} }, {}],
      [config({}), {}],
      [moved, { uri }],
      [config({ headers: [] }), { uri, headers: [] }],
      [config({ headers }), { uri }],
      [config({ headers: null }), { uri, headers: [] }],
      [config({ authScheme: null }), { uri, headers: [], authScheme: null }],
    ] as const) {
      const updated = await made(200, 'POST', path, patch)
      expect([patch, updated['channel']['config']]).toEqual([patch, { ...before, ...changed }])
      expect(updated['name']).toBe(hook['name'])
    }
    expect((await findInlineHook(DB, hook['id']))!.secret).toBeNull()
  })

  it('leads to a public https URL, with headers that may be set', async () => {
    const header = (key: unknown, value: unknown = 'x'): Json => ({ headers: [{ key, value }] })
    const scheme = (changes: Json): Json => ({ authScheme: { ...SECRET, ...changes } })
    for (const [changes, field] of [
      [{ uri: undefined }, 'uri'],
      [{ uri: 'http://hooks.example/' }, 'uri'],
      [{ uri: 'https://localhost/' }, 'uri'],
      [{ uri: 'https://169.254.169.254/' }, 'uri'],
      [{ uri: 'https://10.0.0.1/' }, 'uri'],
      [{ uri: 'https://user:pass@hooks.example/' }, 'uri'],
      [{ uri: 'https://hooks.example:22/' }, 'uri'],
      [{ uri: 'https://hooks.exa\tmple/' }, 'uri'],
      [{ uri: ' https://hooks.example/' }, 'uri'],
      [{ uri: `https://hooks.example/${'x'.repeat(limits.uriCharactersMax)}` }, 'uri'],
      [{ uri: 7 }, 'uri'],
      [{ uri: `${ORIGIN}/api/v1/inlineHooks/cal1/execute` }, 'uri'],
      [{ uri: `${ORIGIN}.:8443/` }, 'uri'],
      [{ method: 'GET' }, 'method'],
      [header('x y'), 'headers.0.key'],
      [header(''), 'headers.0.key'],
      [header('ключ'), 'headers.0.key'],
      [header('x-a', 'a\r\nb: c'), 'headers.0.value'],
      [header('x-a', 'ü'), 'headers.0.value'],
      [header('x-a', ' a'), 'headers.0.value'],
      [header('x-a', ''), 'headers.0.value'],
      [header('x-a', 'x'.repeat(limits.hookHeaderCharactersMax + 1)), 'headers.0.value'],
      [header('Authorization'), 'headers.0.key'],
      [header('Host'), 'headers.0.key'],
      [header('Content-Length'), 'headers.0.key'],
      [header('content-type'), 'headers.0.key'],
      [header('Connection'), 'headers.0.key'],
      [header('Transfer-Encoding'), 'headers.0.key'],
      [header('proxy-authorization'), 'headers.0.key'],
      [
        {
          headers: [
            { key: 'x-a', value: '1' },
            { key: 'X-A', value: '2' },
          ],
        },
        'headers',
      ],
      [{ ...header('x-key'), ...scheme({ key: 'X-Key' }) }, 'headers'],
      [{ headers: Array.from({ length: limits.hookHeadersMax + 1 }, (_, at) => ({ key: `x-${at}`, value: 'x' })) }, 'headers'], // prettier-ignore
      [scheme({ type: 'QUERY' }), 'authScheme.type'],
      [scheme({ key: 'Host' }), 'authScheme.key'],
      [scheme({ key: 'a b' }), 'authScheme.key'],
      [scheme({ value: undefined }), 'authScheme.value'],
      [scheme({ value: 'a\nb' }), 'authScheme.value'],
      [{ authScheme: 'secret' }, 'authScheme'],
    ] as const)
      expect([field, await refusal('POST', HOOKS, aHook(changes))]).toEqual([
        field,
        expect.stringContaining(`channel.config.${field}: `),
      ])
  })

  it('of another type, version or channel is refused with a sentence', async () => {
    for (const [changes, sentence] of [
      [{ type: 'com.okta.saml.tokens.transform' }, 'type: must be com.okta.oauth2.tokens.transform: no other hooks are served'], // prettier-ignore
      [{ type: undefined }, 'type: '],
      [{ version: '2.0.0' }, 'version: '],
      [{ version: undefined }, 'version: '],
      [{ name: '' }, 'name: '],
      [{ name: 'x'.repeat(256) }, 'name: '],
      [{ channel: { ...aHook()['channel'], type: 'OAUTH' } }, 'channel.type: must be HTTP: hooks that are given an OAuth token are not served'], // prettier-ignore
      [{ channel: { ...aHook()['channel'], version: '2.0.0' } }, 'channel.version: must be 1.0.0'],
      [{ channel: undefined }, 'channel: '],
    ] as const)
      expect(await refusal('POST', HOOKS, aHook({}, changes))).toContain(sentence)
    const { id } = await createHook()
    for (const method of ['POST', 'PUT'])
      expect(await refusal(method, `${HOOKS}/${id}`, aHook({}, { type: 'com.okta.import.transform' }))).toContain('type: ') // prettier-ignore
  })

  it('of which there are as many as Okta allows, and no more, also when all come at once', async () => {
    await removeHooks()
    for (let made = 0; made < limits.inlineHooksMax - 2; made++) await createHook()
    const calls = Array.from({ length: 5 }, () => api('POST', HOOKS, aHook()))
    expect(await statuses(calls)).toEqual([200, 200, 400, 400, 400])
    expect(await made(200, 'GET', HOOKS)).toHaveLength(limits.inlineHooksMax)
    await removeHooks()
  })
})

describe('the secret of a hook', () => {
  it('is stored encrypted, and neither shown nor logged', async () => {
    const value = `secret-${crypto.randomUUID()}`
    const hook = await createHook({ authScheme: { ...SECRET, value } })
    const path = `${HOOKS}/${hook['id']}`
    const shown = [
      hook,
      await made(200, 'GET', path),
      await made(200, 'GET', HOOKS),
      await made(200, 'POST', path, config({ authScheme: { ...SECRET, value } })),
    ]
    expect(JSON.stringify(shown)).not.toContain(value)
    const row = await DB.prepare('SELECT channel, secret FROM inline_hooks WHERE id = ?1')
      .bind(hook['id'])
      .first<Record<string, string>>()
    expect(JSON.stringify(row)).not.toContain(value)
    expect(await storedSecret(hook['id'])).toBe(value)
    const logged = await LOG_DB.prepare('SELECT count(*) AS n FROM events WHERE document LIKE ?1')
      .bind(`%${value}%`)
      .first<number>('n')
    expect(logged).toBe(0)
  })

  it('stays when it is not named and goes where it went; a new place needs a new one', async () => {
    const hook = await createHook({ authScheme: SECRET })
    const path = `${HOOKS}/${hook['id']}`
    const { value: _, ...named } = SECRET
    const uri = hook['channel']['config']['uri']
    const elsewhere = 'https://elsewhere.example/hook'
    await made(200, 'PUT', path, aHook({ uri, authScheme: named }))
    await made(200, 'POST', path, config({ uri, authScheme: { ...named, key: 'authorization' } }))
    expect(await storedSecret(hook['id'])).toBe(SECRET.value)
    const sentence = 'channel.config.authScheme.value: must be given'
    for (const [method, body] of [
      ['PUT', aHook({ uri: elsewhere, authScheme: named })],
      ['POST', config({ uri: elsewhere })],
      ['POST', config({ uri: uri.replace('hooks.example', 'hooks.example:8443') })],
      // Whose endpoint it is may be told by the rest alone.
      ['POST', config({ uri: `${uri}/other` })],
      ['POST', config({ uri: `${uri}?tenant=other` })],
      ['PUT', aHook({ uri: uri.toUpperCase().replace('HTTPS', 'https'), authScheme: named })],
      ['POST', config({ authScheme: { ...named, key: 'x-other' } })],
    ] as const)
      expect(await refusal(method, path, body)).toContain(sentence)
    await made(
      200,
      'POST',
      path,
      config({ uri: elsewhere, authScheme: { ...SECRET, value: 'new' } }),
    )
    expect(await storedSecret(hook['id'])).toBe('new')
    await made(200, 'POST', path, config({ authScheme: null }))
    expect(await refusal('POST', path, config({ authScheme: named }))).toContain(sentence)
  })

  it('does not go along when somebody else turns the hook elsewhere meanwhile', async () => {
    const hook = await createHook({ authScheme: SECRET })
    const path = `${HOOKS}/${hook['id']}`
    const elsewhere = { uri: 'https://elsewhere.example/', authScheme: { ...SECRET, value: 'new' } }
    const { value: _, ...named } = SECRET
    const [status] = await during(
      () => api('POST', path, config(elsewhere)),
      'PUT',
      path,
      aHook({ uri: hook['channel']['config']['uri'], authScheme: named }),
    )
    expect(status).toBe(400)
    expect(await storedSecret(hook['id'])).toBe('new')
    expect((await made(200, 'GET', path))['channel']['config']['uri']).toBe(elsewhere.uri)
  })

  it('is encrypted anew under a new key encryption key, unless it cannot be opened', async () => {
    await removeHooks()
    const keys = { 1: testBindings.KEY_ENCRYPTION_KEY, 2: testBindings.KEY_ENCRYPTION_KEY }
    const both = KeyEncryption.parse(JSON.stringify({ current: '2', keys }))!
    const ids: string[] = []
    for (let at = 0; at < 3; at++) ids.push((await createHook({ authScheme: SECRET }))['id'])
    await createHook()
    const bad = '{"format":1,"keyVersion":"1","iv":"AAAA","ciphertext":"AAAA"}'
    await DB.prepare('UPDATE inline_hooks SET secret = ?2 WHERE id = ?1').bind(ids[0], bad).run()
    expect(await rewrapHookSecrets(DB, both)).toBe(2)
    const envelopes = await Promise.all(ids.map(async (id) => (await findInlineHook(DB, id))!.secret!)) // prettier-ignore
    expect(envelopes.map(({ keyVersion }) => keyVersion)).toEqual(['1', '2', '2'])
    const opened = await both.open(envelopes[1]!, 'hook-secret', boundToHook(ids[1]!))
    expect(utf8Decode(opened)).toBe(SECRET.value)
    expect(await rewrapHookSecrets(DB, both)).toBe(0)
    await expect(both.open(envelopes[1]!, 'hook-secret', boundToHook(ids[2]!))).rejects.toThrow()
    await removeHooks()
  })
})

describe('a rule', () => {
  it('names a hook and shows it, until it is replaced by one that does not', async () => {
    const server = await aServer()
    const { id } = await createHook()
    const path = `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}/rules`
    const tokenOf = (rule: Json): Json => rule['actions']['token']
    expect(tokenOf(await attach(server, id))['inlineHook']).toEqual({ id })
    const [listed] = (await made(200, 'GET', path)) as unknown as Json[]
    expect(tokenOf(listed!)['inlineHook']).toEqual({ id })
    const other = await made(201, 'POST', path, aRule({ actions: { token: { inlineHook: { id } } } })) // prettier-ignore
    expect(tokenOf(other)['inlineHook']).toEqual({ id })
    expect(tokenOf(await attach(server, null))).not.toHaveProperty('inlineHook')
    expect(tokenOf(await made(200, 'GET', `${path}/${server.ruleId}`))).not.toHaveProperty('inlineHook') // prettier-ignore
  })

  it('that names a hook which does not exist is refused, also when it goes meanwhile', async () => {
    const server = await aServer()
    const path = `/api/v1/authorizationServers/${server.id}/policies/${server.policyId}/rules`
    const rule = (hook: unknown): Json => aRule({ actions: { token: { inlineHook: hook } } })
    for (const id of ['cal1', '', 'constructor', '__proto__', 'x'.repeat(255)])
      for (const [method, at] of [
        ['POST', path],
        ['PUT', `${path}/${server.ruleId}`],
      ] as const)
        expect(await refusal(method, at, rule({ id }))).toBe(
          `actions.token.inlineHook.id: '${id}' does not exist`,
        )
    for (const hook of [{}, 'cal1', { id: 7 }, { id: 'x'.repeat(256) }, ['cal1']])
      expect(await refusal('POST', path, rule(hook))).toContain('actions.token.inlineHook')
    for (const [method, at] of [
      ['POST', path],
      ['PUT', `${path}/${server.ruleId}`],
    ] as const) {
      const { id } = await createHook()
      const gone = async (): Promise<void> => {
        await made(200, 'POST', `${HOOKS}/${id}/lifecycle/deactivate`)
        await made(204, 'DELETE', `${HOOKS}/${id}`)
      }
      expect(await during(gone, method, at, rule({ id }))).toEqual([400, 'E0000001'])
    }
  })

  it('keeps its hook from being deleted, however late it names it', async () => {
    const server = await aServer()
    const { id } = await createHook()
    const path = `${HOOKS}/${id}`
    await made(200, 'POST', `${path}/lifecycle/deactivate`)
    await attach(server, id)
    expect(await refusal('DELETE', path)).toBe(
      `id: A rule of the authorization server '${server.id}' names the inline hook`,
    )
    await attach(server, null)
    expect(await during(() => attach(server, id), 'DELETE', path)).toEqual([400, 'E0000001'])
    await attach(server, null)
    await made(204, 'DELETE', path)
  })

  it('makes each change of its hook a write to its server', async () => {
    const [server, other] = [await aServer(), await aServer()]
    const { id, channel } = await createHook()
    await attach(server, id)
    const path = `${HOOKS}/${id}`
    const otherVersion = await versionOf(other.id)
    let version = await versionOf(server.id)
    for (const [method, below, body] of [
      ['POST', '', { name: unique('renamed') }],
      ['PUT', '', aHook({ uri: channel['config']['uri'] })],
      ['POST', '/lifecycle/deactivate'],
      ['POST', '/lifecycle/activate'],
    ] as const) {
      await made(200, method, path + below, body)
      expect([below, await versionOf(server.id)]).toEqual([below, version + 1])
      version++
    }
    await made(200, 'POST', `${path}/lifecycle/activate`)
    await refusal('POST', path, { name: '' })
    expect(await versionOf(server.id)).toBe(version)
    expect(await versionOf(other.id)).toBe(otherVersion)
  })

  it('goes with its server and leaves the hook', async () => {
    const server = await aServer()
    const { id } = await createHook()
    await attach(server, id)
    await made(204, 'DELETE', `/api/v1/authorizationServers/${server.id}`)
    await made(200, 'POST', `${HOOKS}/${id}/lifecycle/deactivate`)
    await made(204, 'DELETE', `${HOOKS}/${id}`)
  })
})

describe('the execution of a hook', () => {
  const executed = async (
    endpoint: Endpoint,
    changes: Json = {},
  ): Promise<readonly [id: string, Promise<Response>, ReturnType<typeof hooks.serve>]> => {
    const { id, channel } = await createHook(changes)
    const asked = hooks.serve(channel['config']['uri'], endpoint)
    return [id, api('POST', `${HOOKS}/${id}/execute`, { source: 'here', data: { x: [1] } }), asked]
  }

  it('asks the endpoint with the body, the headers and the secret, and shows what it answers', async () => {
    const document = { commands: [{ type: 'com.okta.access.patch', value: [] }], debugContext: {} }
    const [id, response, asked] = await executed(() => Response.json(document), {
      headers: [{ key: 'x-any-key', value: 'any value' }],
      authScheme: SECRET,
    })
    expect(await answered(await response)).toEqual([200, document])
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ method: 'POST', body: { source: 'here', data: { x: [1] } } })
    const { headers } = asked[0]!
    expect(headers.get('authorization')).toBe(SECRET.value)
    expect(headers.get('x-any-key')).toBe('any value')
    expect(headers.get('content-type')).toBe('application/json')
    expect(await eventsOf(id)).toEqual(['inline_hook.created', 'inline_hook.executed'])
  })

  it('shows nothing for an answer without content', async () => {
    const [, response] = await executed(() => new Response(null, { status: 204 }))
    expect(await answered(await response)).toEqual([200, {}])
  })

  it('says what is wrong with an answer, and asks no second time', async () => {
    const deep = `${'['.repeat(50)}${']'.repeat(50)}`
    for (const [endpoint, reason] of [
      [() => Response.json({}, { status: 500 }), 'the endpoint answered with status 500'],
      [() => Response.json({}, { status: 201 }), 'the endpoint answered with status 201'],
      [() => new Response('{}'), 'the answer is not JSON'],
      [() => new Response('{', { headers: { 'content-type': 'application/json' } }), 'the answer is not JSON'], // prettier-ignore
      [() => Response.json([]), 'the answer is not of the form that hooks have'],
      [() => Response.json({ commands: {} }), 'the answer is not of the form that hooks have'],
      [() => Response.json({ error: 'no' }), 'the answer is not of the form that hooks have'],
      [() => Response.json({ commands: JSON.parse(deep) }), 'the answer is not of the form that hooks have'], // prettier-ignore
      [() => Response.json({ pad: 'x'.repeat(300_000) }), 'the answer is too large'],
      [() => new Response(null, { status: 307, headers: { location: 'https://hooks.example/other' } }), 'the answer is a redirect'], // prettier-ignore
      [() => Promise.reject(new TypeError('network')), 'the endpoint could not be reached'],
    ] as readonly (readonly [Endpoint, string])[]) {
      const [id, response, asked] = await executed(endpoint)
      const [status, error] = await answered(await response)
      expect([status, error['errorCode']]).toEqual([400, 'E0000001'])
      expect(error['errorCauses']).toEqual([{ errorSummary: `inlineHook: ${reason}` }])
      expect(asked).toHaveLength(1)
      const told = await LOG_DB.prepare(
        `SELECT document ->> '$.outcome.result' AS result, document ->> '$.outcome.reason' AS reason
         FROM events WHERE event_type = 'inline_hook.executed' AND document LIKE ?1`,
      )
        .bind(`%${id}%`)
        .first()
      expect(told).toEqual({ result: 'FAILURE', reason })
    }
  })

  it('does not wait for an endpoint that hangs', async () => {
    const [, response] = await executed(() => new Promise(() => undefined))
    const [status, error] = await answered(await response)
    expect(status).toBe(400)
    expect(error['errorCauses'][0]['errorSummary']).toContain('did not answer in time')
  })

  it('takes a document only', async () => {
    const { id } = await createHook()
    for (const body of ['[]', '7', '"x"', 'null', '{'])
      expect((await api('POST', `${HOOKS}/${id}/execute`, body)).status).toBe(400)
  })
})
