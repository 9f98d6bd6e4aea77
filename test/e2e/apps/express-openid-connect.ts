/** An app with express-openid-connect, whose sessions are in cookies and end when it is told over the back channel. */
import express, { type Express } from 'express'
import openid from 'express-openid-connect'
import { MemoryStore } from 'express-session'
import { home, showError, type Library, type Profile } from './web-app.ts'

/** Its manual says that stores of express-session will do; their types differ. */
type Store = NonNullable<openid.BackchannelLogoutOptions['store']>

/** The pages of the app, signed in to with these parameters. */
export function openidApp(parameters: openid.ConfigParams): Express {
  const app = express()
  const secret = 'a secret of the tests only'
  app.use(openid.auth({ secret, authRequired: false, idpLogout: true, ...parameters }))
  app.get('/', ({ oidc }, response) => response.send(home(oidc.user?.['sub'], 'get')))
  app.get('/profile', openid.requiresAuth(), async ({ oidc }, response) => {
    await oidc.accessToken!.refresh()
    const { name } = await oidc.fetchUserInfo()
    response.json({ sub: oidc.user!['sub'], name } satisfies Profile)
  })
  app.use(showError)
  return app
}

const library = (name: string, parameters: openid.ConfigParams = {}): Library => ({
  name,
  authMethod: 'client_secret_basic',
  callbackPath: '/callback',
  signedOutPath: '',
  backChannelPath: '/backchannel-logout',
  refusal: /access_denied/,
  app: async ({ issuer, clientId, clientSecret, baseUrl, scope }) =>
    openidApp({
      issuerBaseURL: issuer,
      baseURL: baseUrl,
      clientID: clientId,
      clientSecret,
      authorizationParams: { response_type: 'code', scope: `${scope} offline_access` },
      session: { name: `openid-${new URL(baseUrl).port}` },
      transactionCookie: { name: `openid-verification-${new URL(baseUrl).port}` },
      backchannelLogout: { store: new MemoryStore() as unknown as Store },
      ...parameters,
    }),
})

export const expressOpenidConnect = library('express-openid-connect')

/** Asks at the first visit whether somebody is signed in, without showing anything. */
export const silentOpenidConnect = library('express-openid-connect, silently', {
  attemptSilentLogin: true,
})
