/** An app with @okta/oidc-middleware, which revokes its tokens when somebody signs out. */
import { ExpressOIDC } from '@okta/oidc-middleware'
import type { RequestHandler } from 'express'
import { home, sessionApp, showError, type Library, type Profile } from './web-app.ts'

/** Its types are those of Express 4. */
const ofExpress4 = (handler: unknown): RequestHandler => handler as RequestHandler

export const oidcMiddleware: Library = {
  name: '@okta/oidc-middleware',
  authMethod: 'client_secret_basic',
  callbackPath: '/authorization-code/callback',
  signedOutPath: '/',
  revokesTokens: true,
  refusal: /access_denied/,
  app: async ({ issuer, clientId, clientSecret, baseUrl, scope }) => {
    const app = sessionApp(`okta-${new URL(baseUrl).port}`)
    const oidc = new ExpressOIDC({
      issuer,
      client_id: clientId,
      client_secret: clientSecret,
      appBaseUrl: baseUrl,
      scope: `${scope} offline_access`,
      testing: { disableHttpsCheck: true },
      routes: {
        loginCallback: {
          afterCallback: '/profile',
          // Without it the reason of a refusal is lost.
          handler: (error, _, __, next) => next(error),
        },
      },
    })
    const isReady = new Promise<void>((resolve, reject) => {
      oidc.on('ready', resolve)
      oidc.on('error', reject)
    })
    app.use(ofExpress4(oidc.router))
    app.get('/', ({ userContext }, response) =>
      response.send(home(userContext?.userinfo.sub, 'post')),
    )
    app.get('/profile', ofExpress4(oidc.ensureAuthenticated()), ({ userContext }, response) => {
      const { tokens, userinfo } = userContext!
      const { sub, name } = userinfo
      response.json({ sub, name, accessToken: tokens.access_token } satisfies Profile)
    })
    app.use(showError)
    await isReady
    return app
  },
}
