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
