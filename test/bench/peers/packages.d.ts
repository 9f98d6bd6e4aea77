/**
 * As much of the peers' types as the benchmark needs: their packages are installed only by those who measure, and the
 * rest of the repository is checked without them.
 */

declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http'

  interface Grant {
    addOIDCScope(scope: string): void
    addResourceScope(resource: string, scope: string): void
    save(): Promise<string>
  }

  interface Context {
    readonly oidc: {
      readonly client: { readonly clientId: string }
      readonly session: {
        readonly accountId: string
        grantIdFor(clientId: string): string | undefined
      }
      readonly params: Readonly<Record<string, unknown>>
    }
  }

  interface Configuration {
    readonly adapter: new (model: string) => object
    readonly clients: readonly object[]
    readonly jwks: { readonly keys: readonly object[] }
    readonly scopes: readonly string[]
    readonly claims: Readonly<Record<string, readonly string[]>>
    readonly cookies: { readonly keys: readonly string[] }
    readonly pkce: { readonly required: () => boolean }
    readonly ttl: Readonly<Record<string, number>>
    readonly issueRefreshToken: () => boolean
    readonly rotateRefreshToken: (context: Context) => boolean
    readonly findAccount: (context: Context, sub: string) => object
    readonly interactions: {
      readonly url: (context: Context, interaction: { readonly uid: string }) => string
    }
    readonly loadExistingGrant: (context: Context) => Promise<Grant | undefined>
    readonly features: {
      readonly devInteractions: { readonly enabled: boolean }
      readonly clientCredentials: { readonly enabled: boolean }
      readonly introspection: { readonly enabled: boolean }
      readonly resourceIndicators: {
        readonly enabled: boolean
        readonly defaultResource: (
          context: Context,
          client: { readonly clientId: string },
        ) => string | undefined
        readonly useGrantedResource: () => boolean
        readonly getResourceServerInfo: (context: Context, resource: string) => object
      }
    }
  }

  export class Provider {
    constructor(issuer: string, configuration: Configuration)
    readonly Grant: {
      new (of: { readonly accountId: string; readonly clientId: string }): Grant
      find(id: string): Promise<Grant | undefined>
    }
    callback(): (request: IncomingMessage, response: ServerResponse) => unknown
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: { readonly login: { readonly accountId: string } },
    ): Promise<void>
  }
}

declare module '@openauthjs/openauth' {
  import type { StorageAdapter } from '@openauthjs/openauth/storage/storage'
  import type { Provider } from '@openauthjs/openauth/provider/password'
  import type { Subjects } from '@openauthjs/openauth/subject'

  interface SuccessContext {
    subject(type: string, properties: Readonly<Record<string, string>>): Promise<Response>
  }

  export function issuer(input: {
    readonly subjects: Subjects
    readonly storage: StorageAdapter
    readonly allow: () => Promise<boolean>
    readonly providers: Readonly<Record<string, Provider>>
    readonly success: (
      context: SuccessContext,
      value: Readonly<Record<string, unknown>>,
    ) => Promise<Response>
  }): { fetch(request: Request, env: object, context: ExecutionContext): Promise<Response> }
}

declare module '@openauthjs/openauth/provider/password' {
  type RequestContext = Readonly<Record<string, unknown>>

  export interface Provider {
    readonly type: string
    readonly init: (
      routes: {
        get(path: string, handler: (context: RequestContext) => Promise<Response>): void
      },
      auth: {
        success(
          context: RequestContext,
          properties: Readonly<Record<string, string>>,
        ): Promise<Response>
      },
    ) => void
    readonly client?: (input: {
      readonly clientID: string
      readonly clientSecret: string
    }) => Promise<Readonly<Record<string, string>>>
  }

  interface Hasher {
    hash(password: string): Promise<object>
  }

  export function ScryptHasher(): Hasher
  export function PasswordProvider(config: {
    readonly hasher: Hasher
    readonly login: () => Promise<Response>
    readonly register: () => Promise<Response>
    readonly change: () => Promise<Response>
    readonly sendCode: () => Promise<void>
  }): Provider
}

declare module '@openauthjs/openauth/storage/storage' {
  export interface StorageAdapter {
    get(key: string[]): Promise<object | undefined>
    set(key: string[], value: object, expiry?: Date): Promise<void>
    remove(key: string[]): Promise<void>
    scan(prefix: string[]): AsyncIterable<[string[], object]>
  }

  export function joinKey(key: string[]): string
  export function splitKey(key: string): string[]
  export const Storage: {
    set(adapter: StorageAdapter, key: string[], value: object): Promise<void>
  }
}

declare module '@openauthjs/openauth/storage/cloudflare' {
  import type { StorageAdapter } from '@openauthjs/openauth/storage/storage'

  export function CloudflareStorage(options: { readonly namespace: object }): StorageAdapter
}

declare module '@openauthjs/openauth/subject' {
  export type Subjects = Readonly<Record<string, object>>

  export function createSubjects(
    types: Readonly<
      Record<
        string,
        {
          readonly '~standard': {
            readonly version: 1
            readonly vendor: string
            readonly validate: (value: unknown) => object
          }
        }
      >
    >,
  ): Subjects
}

declare module '@cloudflare/workers-oauth-provider' {
  export interface OAuthHelpers {
    createClient(client: { readonly redirectUris: string[] }): Promise<object>
    parseAuthRequest(request: Request): Promise<{ readonly scope: string[] }>
    completeAuthorization(options: {
      readonly request: object
      readonly userId: string
      readonly metadata: object
      readonly scope: string[]
      readonly props: object
    }): Promise<{ readonly redirectTo: string }>
  }

  export class OAuthProvider<Env> {
    constructor(options: {
      readonly apiRoute: string
      readonly apiHandler: { fetch(request: Request): Promise<Response> }
      readonly defaultHandler: { fetch(request: Request, env: Env): Promise<Response> }
      readonly authorizeEndpoint: string
      readonly tokenEndpoint: string
      readonly scopesSupported: string[]
      readonly resourceMetadata: object
    })
    fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response>
  }
}

declare module 'better-auth' {
  interface Api {
    signUpEmail(request: {
      readonly body: object
      readonly returnHeaders: true
    }): Promise<{ readonly headers: Headers }>
    adminCreateOAuthClient(request: {
      readonly headers: Headers
      readonly body: object
    }): Promise<{ readonly client_id: string; readonly client_secret?: string }>
  }

  export interface Auth {
    readonly api: Api
  }

  export function betterAuth(options: object): Auth
}

declare module 'better-auth/db/migration' {
  export function getMigrations(options: object): Promise<{ runMigrations(): Promise<void> }>
}

declare module 'better-auth/node' {
  import type { Auth } from 'better-auth'
  import type { IncomingMessage, ServerResponse } from 'node:http'

  export function toNodeHandler(
    auth: Auth,
  ): (request: IncomingMessage, response: ServerResponse) => void
}

declare module 'better-auth/plugins' {
  export function jwt(options: object): object
}

declare module '@better-auth/oauth-provider' {
  export function oauthProvider(options: object): object
}
