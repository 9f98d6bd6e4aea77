/** An app with passport-openidconnect, which leaves to the app how it signs out at the org, and how it hears of that. */
import { decodeJwt } from 'jose'
import passport from 'passport'
import { Strategy, type Profile as Userinfo, type VerifyCallback } from 'passport-openidconnect'
import { BACK_CHANNEL_PATH, endedSessions, FRONT_CHANNEL_PATH } from './ended-sessions.ts'
import { home, sessionApp, showError, type Library, type Profile } from './web-app.ts'

interface SignedIn {
  readonly sub: string
  readonly name: string
  readonly idToken: string
}

const verify = (
  _: string,
  { id: sub, displayName: name }: Userinfo,
  __: object,
  idToken: string | object,
  done: VerifyCallback,
): void => done(null, { sub, name, idToken: idToken as string } satisfies SignedIn)

export const passportOpenidconnect: Library = {
  name: 'passport-openidconnect',
  authMethod: 'client_secret_post',
  callbackPath: '/callback',
  signedOutPath: '/',
  backChannelPath: BACK_CHANNEL_PATH,
  frontChannelPath: FRONT_CHANNEL_PATH,
  refusal: /id="error">./,
  app: async ({ issuer, clientId, clientSecret, baseUrl, scope }) => {
    const endpoints = `${issuer.includes('/oauth2') ? issuer : `${issuer}/oauth2`}/v1`
    const app = sessionApp(`passport-${new URL(baseUrl).port}`)
    const people = new passport.Passport()
    people.serializeUser((user, done) => done(null, user))
    people.deserializeUser((user: Express.User, done) => done(null, user))
    people.use(
      new Strategy(
        {
          issuer,
          authorizationURL: `${endpoints}/authorize`,
          tokenURL: `${endpoints}/token`,
          userInfoURL: `${endpoints}/userinfo`,
          clientID: clientId,
          clientSecret,
          callbackURL: `${baseUrl}/callback`,
          scope: scope.split(' ').filter((one) => one !== 'openid'),
          nonce: 'asked for',
          skipUserProfile: false,
        },
        verify,
      ),
    )
    app.use(people.initialize(), people.session())
    const ended = endedSessions(app, issuer, clientId, `${endpoints}/keys`)
    const signedIn = ({ user }: Express.Request): SignedIn | undefined => {
      const who = user as SignedIn | undefined
      return who === undefined || ended.has(String(decodeJwt(who.idToken)['sid'])) ? undefined : who
    }
    app.get('/', (request, response) => response.send(home(signedIn(request)?.sub, 'post')))
    app.get('/login', people.authenticate('openidconnect'))
    app.get(
      '/callback',
      people.authenticate('openidconnect', {
        successRedirect: '/profile',
        failureRedirect: '/refused',
        failureMessage: true,
      }),
    )
    app.get('/refused', ({ session }, response) => {
      const { messages = [] } = session as { messages?: readonly string[] }
      response.status(401).send(`<p id="error">${messages.join()}</p>`)
    })
    app.get('/profile', (request, response) => {
      const user = signedIn(request)
      if (user === undefined) response.redirect('/login')
      else response.json({ sub: user.sub, name: user.name } satisfies Profile)
    })
    app.post('/logout', (request, response, next) => {
      const query = new URLSearchParams({
        id_token_hint: signedIn(request)?.idToken ?? '',
        post_logout_redirect_uri: `${baseUrl}/`,
        state: 'left',
      })
      request.logout((error: unknown) =>
        error == null ? response.redirect(`${endpoints}/logout?${query.toString()}`) : next(error),
      )
    })
    app.use(showError)
    return app
  },
}
