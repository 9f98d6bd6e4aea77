/** An app with express-openid-connect, whose sessions are in cookies and end when it is told over the back channel. */
import express from 'express'
import openid from 'express-openid-connect'
import { MemoryStore } from 'express-session'
import { home, showError, type Library, type Profile } from './web-app.ts'

/** Its manual says that stores of express-session will do; their types differ. */
type Store = NonNullable<openid.BackchannelLogoutOptions['store']>

export const expressOpenidConnect: Library = {
  name: 'express-openid-connect',
  authMethod: 'client_secret_basic',
  callbackPath: '/callback',
  signedOutPath: '',
  backChannelPath: '/backchannel-logout',
  refusal: /access_denied/,
  app: async ({ issuer, clientId, clientSecret, baseUrl, scope }) => {
    const app = express()
    app.use(
      openid.auth({
        issuerBaseURL: issuer,
        baseURL: baseUrl,
        clientID: clientId,
        clientSecret,
        secret: 'a secret of the tests only',
        authRequired: false,
        idpLogout: true,
        authorizationParams: { response_type: 'code', scope: `${scope} offline_access` },
        session: { name: `openid-${new URL(baseUrl).port}` },
        transactionCookie: { name: `openid-verification-${new URL(baseUrl).port}` },
        backchannelLogout: { store: new MemoryStore() as unknown as Store },
      }),
    )
    app.get('/', ({ oidc }, response) => response.send(home(oidc.user?.['sub'], 'get')))
    app.get('/profile', openid.requiresAuth(), async ({ oidc }, response) => {
      await oidc.accessToken!.refresh()
      const { name } = await oidc.fetchUserInfo()
      response.json({ sub: oidc.user!['sub'], name } satisfies Profile)
    })
    app.use(showError)
    return app
  },
}
