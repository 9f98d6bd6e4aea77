/** What a deployment is told by its environment, and what it says when that is not enough. */
import { describe, expect, it } from 'vitest'
import { isLoopback, MissingSettings, readSettings } from '../../../src/platform/settings.ts'

const SECRETS = {
  KEY_ENCRYPTION_KEY: Buffer.alloc(32, 5).toString('base64'),
  BOOTSTRAP_API_TOKEN: '00-the-token-value',
  BOOTSTRAP_ADMIN_LOGIN: 'admin@edgemint.example',
  BOOTSTRAP_ADMIN_PASSWORD: 'the-password-value',
}

const environment = (changes: Readonly<Record<string, unknown>> = {}) => ({
  ORIGIN: 'https://id.edgemint.example',
  ...SECRETS,
  ...changes,
})

function problemsOf(source: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    readSettings(source)
    return []
  } catch (error) {
    if (error instanceof MissingSettings) return error.problems
    throw error
  }
}

describe('a working environment', () => {
  it('is read as it is written', () => {
    expect(readSettings(environment())).toMatchObject({
      origin: 'https://id.edgemint.example',
      bootstrapApiToken: SECRETS.BOOTSTRAP_API_TOKEN,
      bootstrapAdminLogin: SECRETS.BOOTSTRAP_ADMIN_LOGIN,
      outboundAllowedOrigins: [],
      rateLimitPerMinute: 60_000,
    })
  })

  it('does not hand the password on', () => {
    expect(JSON.stringify(readSettings(environment()))).not.toContain('the-password-value')
  })

  it.each([
    'https://id.edgemint.example',
    'https://id.edgemint.example:8443',
    'http://localhost:8787',
    'http://localhost',
    'http://app.localhost:3000',
    'http://127.0.0.1:8787',
    'http://127.1.2.3',
    'http://[::1]:8787',
    'https://localhost:8787',
  ])('may have the origin %s', (origin) => {
    expect(readSettings(environment({ ORIGIN: origin })).origin).toBe(origin)
  })
})

describe('an environment that lacks something', () => {
  it('names every missing setting at once', () => {
    expect(problemsOf({})).toEqual([
      'ORIGIN is missing',
      'KEY_ENCRYPTION_KEY is missing',
      'BOOTSTRAP_API_TOKEN is missing',
      'BOOTSTRAP_ADMIN_LOGIN is missing',
      'BOOTSTRAP_ADMIN_PASSWORD is missing',
    ])
  })

  it('takes an empty value, and one that is not text, for a missing one', () => {
    const problems = problemsOf(environment({ ORIGIN: '', BOOTSTRAP_API_TOKEN: 7 }))
    expect(problems).toEqual(['ORIGIN is missing', 'BOOTSTRAP_API_TOKEN is missing'])
  })

  it('names missing and malformed settings together', () => {
    const problems = problemsOf({
      ...environment({ ORIGIN: 'http://id.edgemint.example', KEY_ENCRYPTION_KEY: 'short' }),
      BOOTSTRAP_ADMIN_LOGIN: undefined,
      OUTBOUND_ALLOWED_ORIGINS: 'nonsense',
      RATE_LIMIT_PER_MINUTE: '0',
    })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      'BOOTSTRAP_ADMIN_LOGIN',
      'ORIGIN',
      'KEY_ENCRYPTION_KEY',
      'OUTBOUND_ALLOWED_ORIGINS',
      'OUTBOUND_ALLOWED_ORIGINS',
      'RATE_LIMIT_PER_MINUTE',
    ])
  })

  it('never shows a value', () => {
    const values = {
      ORIGIN: 'http://origin-value.example/path-value',
      KEY_ENCRYPTION_KEY: 'key-value',
      BOOTSTRAP_API_TOKEN: 'token-value',
      BOOTSTRAP_ADMIN_LOGIN: '',
      BOOTSTRAP_ADMIN_PASSWORD: 'password-value',
      OUTBOUND_ALLOWED_ORIGINS: 'outbound-value',
      RATE_LIMIT_PER_MINUTE: 'rate-value',
    }
    let message = ''
    try {
      readSettings(values)
    } catch (error) {
      message = String(error) + JSON.stringify(error)
    }
    expect(message).toContain('BOOTSTRAP_ADMIN_LOGIN is missing')
    for (const value of Object.values(values))
      if (value !== '') expect(message).not.toContain(value)
  })
})

describe('ORIGIN', () => {
  it.each([
    ['a trailing slash', 'https://id.edgemint.example/'],
    ['a path', 'https://id.edgemint.example/oauth2'],
    ['a query', 'https://id.edgemint.example?x'],
    ['a fragment', 'https://id.edgemint.example#x'],
    ['credentials', 'https://user:pass@id.edgemint.example'],
    ['upper case', 'https://ID.edgemint.example'],
    ['the default port', 'https://id.edgemint.example:443'],
    ['white space', ' https://id.edgemint.example'],
    ['no scheme', 'id.edgemint.example'],
    ['another scheme', 'ftp://id.edgemint.example'],
    ['a scheme without origins', 'data:text/plain,x'],
  ])('must not have %s', (_, origin) => {
    expect(problemsOf(environment({ ORIGIN: origin }))).toEqual([
      'ORIGIN must be scheme, host and port only, without a trailing slash',
    ])
  })

  it.each([
    'http://id.edgemint.example',
    'http://10.0.0.1',
    'http://128.0.0.1',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://notlocalhost',
    'http://0.0.0.0:8787',
    'http://[::2]',
  ])('must be https: %s is not loopback', (origin) => {
    expect(problemsOf(environment({ ORIGIN: origin }))).toEqual([
      'ORIGIN must be https unless it is a loopback address',
    ])
  })

  it('is loopback by the whole host name', () => {
    expect(isLoopback('localhost')).toBe(true)
    expect(isLoopback('evil-localhost')).toBe(false)
    expect(isLoopback('1270.0.0.1')).toBe(false)
  })
})

describe('OUTBOUND_ALLOWED_ORIGINS', () => {
  const local = (list: string) =>
    environment({ ORIGIN: 'http://localhost:8787', OUTBOUND_ALLOWED_ORIGINS: list })

  it('lists origins, separated by commas', () => {
    const { outboundAllowedOrigins } = readSettings(local(' http://localhost:9000 ,,http://[::1]'))
    expect(outboundAllowedOrigins).toEqual(['http://localhost:9000', 'http://[::1]'])
  })

  it('is refused unless ORIGIN is loopback', () => {
    const list = { OUTBOUND_ALLOWED_ORIGINS: 'http://localhost:9000' }
    expect(problemsOf(environment(list))).toEqual([
      'OUTBOUND_ALLOWED_ORIGINS is only for a deployment whose ORIGIN is loopback',
    ])
    expect(problemsOf(environment({ OUTBOUND_ALLOWED_ORIGINS: ' , ' }))).toEqual([])
  })

  it.each(['http://localhost:9000/', 'localhost:9000', '*', 'null', 'http://localhost:9000/jwks'])(
    'does not list %s',
    (entry) => {
      expect(problemsOf(local(`http://localhost:1,${entry}`))).toEqual([
        'OUTBOUND_ALLOWED_ORIGINS must list origins, separated by commas',
      ])
    },
  )
})

describe('RATE_LIMIT_PER_MINUTE', () => {
  it('is a positive whole number', () => {
    expect(readSettings(environment({ RATE_LIMIT_PER_MINUTE: '1' })).rateLimitPerMinute).toBe(1)
  })

  it.each(['0', '-1', '1.5', 'many', 'Infinity'])('is not %s', (value) => {
    expect(problemsOf(environment({ RATE_LIMIT_PER_MINUTE: value }))).toEqual([
      'RATE_LIMIT_PER_MINUTE must be a positive whole number',
    ])
  })
})
