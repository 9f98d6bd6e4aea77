/** An app with passport-openidconnect, which leaves signing out at the org to the app. */
import passport from 'passport'
import { Strategy, type Profile as Userinfo, type VerifyCallback } from 'passport-openidconnect'
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
    const signedIn = ({ user }: Express.Request): SignedIn | undefined => user as SignedIn
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
