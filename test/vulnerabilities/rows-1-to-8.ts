/** Rows 1 to 8 of the table: PKCE, redirect URIs, revocation and scopes. */
import { at, type Vulnerability } from './table.ts'

export const firstRows: readonly Vulnerability[] = [
  {
    id: '1',
    source: 'CVE-2025-4144 (workers-oauth-provider#27)',
    causes: [
      {
        cause: 'PKCE could be left out at the token endpoint',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC7636-4.6] a %s client that sent a challenge must send its verifier, and the right one',
          ),
        ],
        because:
          'The code keeps its challenge, and a missing verifier is a refusal of its own before the hashes are compared.',
        redWhen: 'a missing verifier is let through',
      },
      {
        cause: 'a verifier for a code without a challenge was taken',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC9700-4.8.2] a verifier for a code without a challenge is refused',
          ),
        ],
        because: 'Challenge and hash of the verifier must be equal, both absent included.',
        redWhen: 'only codes with a challenge are compared',
      },
    ],
  },
  {
    id: '2',
    source: 'CVE-2025-4143 (workers-oauth-provider#26)',
    causes: [
      {
        cause: 'the redirect URI was not checked at the authorization endpoint',
        tests: [
          ...at(
            'workerd/hostile-input.test.ts',
            '[RFC9700-4.1.3] to %j, by the authorization endpoint',
          ),
          ...at(
            'workerd/sign-in.test.ts',
            'shows an error page, and never redirects, when the redirect URI is not registered',
          ),
        ],
        because: 'Until the redirect URI is known to be the client’s, every refusal is a page.',
        redWhen: 'every redirect URI counts as registered',
      },
    ],
  },
  {
    id: '3',
    source: 'workers-oauth-provider#188, #92, #80/#98, #225, #275, #276, #249',
    causes: [
      {
        cause: '#188: any client revoked any token',
        tests: [
          ...at(
            'workerd/introspection.test.ts',
            '[RFC7009-2.1] another client cannot revoke the token, and is not told so',
          ),
          ...at(
            'workerd/person-tokens.test.ts',
            '[RFC7009-2.2] by another client is answered alike and ends nothing',
          ),
        ],
        because:
          'The client of the token is compared before anything ends, for access and refresh tokens.',
        redWhen: 'the client of the token is not compared',
      },
      {
        cause: '#92: open redirect when an authorization is completed',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            'a redirect URI that was taken back meanwhile gets nothing',
          ),
        ],
        because: 'The request waits sealed, and is checked again like a new one when it goes on.',
        redWhen: 'a request that goes on is not checked again',
      },
      {
        cause: '#80, #98: `javascript:` and other schemes that run something',
        tests: [...at('workerd/app-settings.test.ts', 'a web app cannot register %s')],
        because:
          'Schemes that run or read something cannot be registered, and only what is registered is redirected to.',
        redWhen: 'the scheme is not looked at',
      },
      {
        cause: '#225: the replay of a code was acted upon before its secret was compared',
        tests: [
          ...at(
            'workerd/subject-authorizations.test.ts',
            'that was redeemed is ended by nobody who has its code without the secret, or is another client',
          ),
        ],
        because: 'MAC, secret, client and server are checked before a replay is.',
        redWhen: 'the secret is not compared, and when the replay comes before the client',
      },
      {
        cause: '#275: an unknown challenge method was taken for plain',
        tests: [...at('unit/authorize/request.test.ts', 'refuses %s')],
        because: 'S256 is the only method, and has to be named.',
        redWhen: 'the method is not looked at',
      },
      {
        cause: '#276: the registered authentication method was not enforced',
        tests: [
          ...at('workerd/client-authentication.test.ts', 'the method must be the registered one'),
        ],
        because: 'Methods are a table by the registered one, and what is presented must fit it.',
        redWhen: 'what is presented is not compared with the registered method',
      },
      {
        cause: '#249: an exchange lost the limits of the scopes',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC6749-6] gives no scope that was not granted, and may give less without losing any',
          ),
        ],
        because:
          'There is no token exchange. A refresh, which narrows in the same way, gives a subset of what was granted.',
        redWhen: 'the scopes of a refresh are not compared with those granted',
      },
    ],
  },
  {
    id: '4',
    source: 'CVE-2024-22258 (Spring Authorization Server)',
    causes: [
      {
        cause: 'PKCE of confidential clients could be downgraded',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC7636-4.6] a %s client that sent a challenge must send its verifier, and the right one',
          ),
        ],
        because:
          'No check of PKCE asks for the type of the client, but the one that demands it of public ones.',
        redWhen: 'the challenge of a confidential client is not kept',
      },
    ],
  },
  {
    id: '5',
    source: 'CVE-2023-48228 (authentik)',
    causes: [
      {
        cause: 'an omitted verifier was accepted',
        tests: [
          ...at(
            'workerd/interaction-code.test.ts',
            '[RFC7636-4.6] needs the verifier also of an app that needs no PKCE elsewhere',
          ),
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC7636-4.6] a %s client that sent a challenge must send its verifier, and the right one',
          ),
        ],
        because: 'As 1; every kind of code is redeemed by the same function.',
        redWhen: 'a missing verifier is let through',
      },
    ],
  },
  {
    id: '6',
    source: 'CVE-2024-23647 (authentik)',
    causes: [
      {
        cause: 'leaving the challenge out of the request downgraded the flow',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            '[RFC9700-4.8.2] a client that began to require PKCE gets no code without it',
          ),
          ...at('unit/authorize/request.test.ts', 'refuses %s'),
        ],
        because: 'Whether a challenge is required is the client’s registration, not the request.',
        redWhen: 'the registration is not asked',
      },
      {
        cause: 'and so did a code that was made before PKCE was required',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            'a client that began to require PKCE redeems no code that was made without',
          ),
        ],
        because: 'The registration is asked at the redemption again.',
        redWhen: 'the registration is asked at the beginning alone',
      },
    ],
  },
  {
    id: '7',
    source: 'CVE-2024-52287 (authentik)',
    causes: [
      {
        cause: 'client_credentials and device grants did not validate scopes',
        tests: [
          ...at('workerd/token.test.ts', 'an unknown one is invalid_scope'),
          ...at(
            'workerd/token.test.ts',
            'a rule that lists scopes grants those, and refuses the whole request otherwise',
          ),
        ],
        because:
          'Every grant goes through decideAccess, which filters scopes; there is no device grant.',
        redWhen: 'unknown scopes pass, and when a rule’s scopes are not compared',
      },
      {
        cause: 'nor did the code and the implicit grant',
        tests: [
          ...at(
            'workerd/user-access.test.ts',
            'refuse a request as a whole and say which they do not let pass',
          ),
        ],
        because: 'The authorization endpoint asks decideAccess before it gives a code or a token.',
        redWhen: 'unknown scopes pass, and when a rule’s scopes are not compared',
      },
      {
        cause: 'nor did the password and the interaction grant',
        tests: [
          ...at(
            'workerd/password-grant.test.ts',
            '[RFC6749-3.3] gives no scope that is unknown or that its rule does not list',
          ),
          // Of an unknown scope, among others.
          ...at('workerd/interact.test.ts', '%s is refused'),
        ],
        because: 'As for the other grants: the credential is all that they differ in.',
        redWhen: 'unknown scopes pass, and for a password when a rule’s scopes are not compared',
      },
    ],
  },
  {
    id: '8',
    source: 'CVE-2024-52289 (authentik)',
    causes: [
      {
        cause: 'redirect URIs were patterns, in which "." is any character',
        tests: [
          ...at(
            'unit/authorize/redirect-uri.test.ts',
            '[RFC9700-4.1.3] takes no character of what is registered for a pattern',
          ),
        ],
        because: 'Redirect URIs are compared as text.',
        redWhen: 'a registered URI is compiled to a regular expression',
      },
      {
        cause: 'wildcards could be registered',
        tests: [...at('workerd/app-settings.test.ts', 'a web app cannot register %s')],
        because: 'A host with a wildcard is refused at registration.',
        redWhen: 'the host is not looked at',
      },
    ],
  },
]
