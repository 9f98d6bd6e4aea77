/** Rows 40 to 47 of the table: widening, defaults, fetching and hardening. */
import { at, type Vulnerability } from './table.ts'

export const fifthRows: readonly Vulnerability[] = [
  {
    id: '40',
    source: 'GHSA-p2fr-6hmx-4528 (better-auth)',
    causes: [
      {
        cause: 'the token request widened what was granted',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC6749-6] gives no scope that was not granted, and may give less without losing any',
          ),
        ],
        because:
          'There are no resource indicators: the audience is the server’s. Scopes can only become fewer.',
        redWhen: 'the scopes of a refresh are not compared with those granted',
      },
    ],
  },
  {
    id: '41',
    source: 'GHSA-86j7-9j95-vpqj, GHSA-9h47-pqcx-hjr4 (better-auth)',
    causes: [
      {
        cause: 'redirect URIs were not validated',
        tests: [
          ...at('unit/authorize/redirect-uri.test.ts', '[RFC9700-4.1.3] refuses %s'),
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC6749-10.6] needs the redirect URI that it was sent to, to the letter',
          ),
        ],
        because: 'There is one comparison, and a redemption repeats it.',
        redWhen: 'it is compared without case, or not at the redemption',
      },
      {
        cause: 'defaults were unsafe',
        tests: [
          ...at(
            'workerd/app-settings.test.ts',
            'PKCE is required by default for browser and native apps, and always without a secret',
          ),
        ],
        because: 'Whoever says nothing gets what is safe.',
        redWhen: 'PKCE is not required by default',
      },
    ],
  },
  {
    id: '42',
    source: 'GHSA-5rr4-8452-hf4v (better-auth)',
    causes: [
      {
        cause: 'discovery fetched addresses inside the network',
        tests: [
          ...at('unit/platform/guarded-fetch.test.ts', 'does not ask an address that is refused'),
          ...at('unit/platform/guarded-fetch.test.ts', 'refuses a redirect to %s'),
          ...at(
            'unit/platform/guarded-fetch.test.ts',
            'is not sent where it must not be, or on to anywhere else',
          ),
        ],
        because:
          'One guarded fetch is the only way out, which “the network is reached by platform/guarded-fetch.ts” of the house rules holds (test/unit/house-rules.test.ts); it looks at every hop.',
        redWhen: 'literal addresses pass, or only the first hop is looked at',
      },
    ],
  },
  {
    id: '43',
    source: 'GHSA-7rqj-j65f-68wh, GHSA-x445-f3h2-j279 (Auth.js)',
    causes: [
      {
        cause: 'look-alike addresses were other accounts or the same one',
        tests: [
          ...at('workerd/users.test.ts', 'belongs to one user, however it is written'),
          ...at(
            'workerd/look-alikes.test.ts',
            'with %s is the same login, which nobody else can take',
            'with %s is that of somebody else, whose password opens nothing but their own',
            'with %s is none, and no address either',
          ),
        ],
        because:
          'Logins are compared by one key without compatibility forms, case and accents; a letter of another script is another login. A domain need not be ASCII: nobody registers, no mail is sent and nobody is found by an address, so that it proves nothing.',
        redWhen:
          'logins are compared as they are written, letters of another script are taken for ours, or a full-width ＠ for ours',
      },
      {
        cause: 'state cookies were not bound to the provider',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            'is nothing at the sign-in page, so that nobody is signed in as somebody else',
          ),
          ...at(
            'workerd/transaction-confusion.test.ts',
            'of a sign-out begins no sign-in and answers no consent',
          ),
        ],
        because: 'There is no upstream provider; a transaction is of one browser and one purpose.',
        redWhen: 'browser or purpose is not compared',
      },
    ],
  },
  {
    id: '44',
    source: 'CVE-2025-27370, CVE-2025-27371 (private_key_jwt)',
    causes: [
      {
        cause: 'one assertion was good at two servers',
        tests: [
          ...at(
            'workerd/client-authentication.test.ts',
            '[RFC7523-3] refuses another audience, also beside the right one',
          ),
          ...at(
            'workerd/client-authentication.test.ts',
            'an assertion for one server is refused at another',
          ),
        ],
        because:
          'Every audience must be this server. Its endpoints are accepted beside its issuer, as Okta’s clients send them.',
        redWhen: 'one fitting audience is enough',
      },
    ],
  },
  {
    id: '45',
    source: 'Logto, changelog',
    causes: [
      {
        cause: 'one-time passwords could be replayed',
        tests: [],
        because: 'There are none yet.',
        redWhen: null,
      },
      {
        cause: 'a NUL byte was a 500',
        tests: [...at('workerd/token.test.ts', 'NUL bytes and broken escapes are refused')],
        because: 'Text with NUL is refused where it is decoded.',
        redWhen: 'NUL is decoded',
      },
      {
        cause: 'the management API showed secrets',
        tests: [
          ...at(
            'workerd/shown-secrets.test.ts',
            'holds no password, answer, token or secret of a hook, and nothing of what is kept of them',
            'holds no secret of a client but for those who may manage it, where secrets are listed',
          ),
          ...at(
            'workerd/app-authority.test.ts',
            'whoever only reads apps does not read their secrets',
          ),
        ],
        because:
          'Answers are made of what their schema names, which of secrets are those of a client alone; reading these takes a role that may change it.',
        redWhen:
          'what is kept of a hook’s secret is shown, or the role is not asked where secrets are read',
      },
      {
        cause: 'a lockout counted in text',
        tests: [
          ...at(
            'workerd/subject-passwords.test.ts',
            'comes with the tenth wrong password in a row: not one before',
          ),
        ],
        because: 'Counters are numbers in columns of numbers.',
        redWhen: 'the count is joined to text',
      },
    ],
  },
  {
    id: '46',
    source: 'authhero f41b85c (AuthHero)',
    causes: [
      {
        cause: 'a request object was read without its signature',
        tests: [...at('unit/authorize/request-object.test.ts', 'it is no request: %s')],
        because: 'Nothing of it is read before the signature is right.',
        redWhen: '`alg: none` is read',
      },
      {
        cause: 'its algorithm was not pinned',
        tests: [
          ...at(
            'unit/authorize/request-object.test.ts',
            'only the algorithm that the client registered, where it did',
          ),
        ],
        because: 'Keys and algorithms are those of the registration.',
        redWhen: 'the registered algorithm is not compared',
      },
    ],
  },
  {
    id: '47',
    source: 'node-oidc-provider 9.11.4',
    causes: [
      {
        cause: 'Basic credentials were decoded loosely',
        tests: [...at('unit/protocol/authorization-header.test.ts', '%s is refused')],
        because: 'Broken base64, escapes and UTF-8 are no credentials.',
        redWhen: 'broken escapes are kept as they are',
      },
      {
        cause: 'redirect URIs were not compared exactly',
        tests: [...at('unit/authorize/redirect-uri.test.ts', '[RFC9700-4.1.3] refuses %s')],
        because: 'As 29.',
        redWhen: 'both sides are lowered',
      },
      {
        cause: 'opaque origins passed CORS',
        tests: [
          ...at(
            'workerd/trusted-origins.test.ts',
            'is compared whole: no prefix, no suffix, no other scheme or port, no null',
          ),
        ],
        because: 'An origin is trusted by its whole text; `null` cannot be one.',
        redWhen: '`null` is trusted',
      },
    ],
  },
]
