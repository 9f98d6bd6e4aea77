/** Rows 18 to 30 of the table: bindings of codes, tokens and assertions. */
import { at, type Vulnerability } from './table.ts'

export const thirdRows: readonly Vulnerability[] = [
  {
    id: '18',
    source: 'CVE-2026-4636 (Keycloak)',
    causes: [
      {
        cause: 'the id in the body went before that in the path',
        tests: [
          ...at(
            'workerd/path-and-body.test.ts',
            'names nothing: %s',
            'nor does all that is said of another thing: %s',
            'is tried wherever one thing is changed',
          ),
          ...at('workerd/app-settings.test.ts', 'client_id and application_type never change'),
        ],
        because:
          'Handlers take ids from the path alone; an id in a body is ignored, as Okta does, and a different client_id is refused.',
        redWhen:
          'an id in a body goes before that in the path, or another client_id is not refused',
      },
    ],
  },
  {
    id: '19',
    source: 'CVE-2024-4540 (Keycloak)',
    causes: [
      {
        cause: 'parameters of the request leaked in a cookie',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            'say nothing and can be read by no script',
          ),
        ],
        because: 'Cookies hold random marks and authenticated ids; a request waits encrypted.',
        redWhen: 'the mark of a browser has something of the request',
      },
    ],
  },
  {
    id: '20',
    source: 'CVE-2023-2585 (Keycloak)',
    causes: [
      {
        cause: 'device codes were not bound to the client',
        tests: [],
        because: 'There is no device grant. The codes that there are, see 22.',
        redWhen: null,
      },
    ],
  },
  {
    id: '21',
    source: 'CVE-2023-0091 (Keycloak)',
    causes: [
      {
        cause: 'tokens could be revoked in another context',
        tests: [
          ...at(
            'workerd/person-tokens.test.ts',
            'knows no token of another server, and none that was changed',
          ),
        ],
        because:
          'A token is read with the keys, the issuer and the id of the server that is asked, and belongs to one client.',
        redWhen: 'the server of a refresh token is not compared',
      },
    ],
  },
  {
    id: '22',
    source: 'CVE-2026-55672, GHSA-xqxv-4jc2-x56x (ZITADEL)',
    causes: [
      {
        cause: 'codes and refresh tokens were not bound to client_id',
        tests: [
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC6749-4.1.3] is worth nothing to another client, and stays good for its own',
          ),
          ...at(
            'workerd/code-substitution.test.ts',
            '[RFC6749-6] is worth nothing to another client or at another server, and is not ended by them',
          ),
          ...at(
            'workerd/interaction-code.test.ts',
            'is worth nothing to another client or at another server, and stays good for its own',
          ),
        ],
        because:
          'The record names its client and its server, which are the first two checks of every redemption and refresh.',
        redWhen: 'the client of the record is not compared',
      },
    ],
  },
  {
    id: '23',
    source: 'CVE-2026-55669 (ZITADEL)',
    causes: [
      {
        cause: '`aud` of a foreign JWT was not checked',
        tests: [
          ...at(
            'workerd/client-authentication.test.ts',
            'an assertion for one server is refused at another',
          ),
          ...at(
            'workerd/client-authentication.test.ts',
            '[RFC7523-3] refuses another audience, also beside the right one',
          ),
          ...at(
            'workerd/client-authentication.test.ts',
            '[RFC7523-3] iat and nbf in the future, and iss or sub of somebody else, are refused',
          ),
        ],
        because:
          'There is no upstream identity provider. Of every JWT that a client signs, issuer, subject and all audiences must fit.',
        redWhen: 'audience or issuer is not compared',
      },
    ],
  },
  {
    id: '24',
    source: 'GHSA-wxg7-w2v3-w38g (zitadel/oidc)',
    causes: [
      {
        cause: 'tokens without `exp` or `iat` were accepted',
        tests: [
          ...at(
            'workerd/token-times.test.ts',
            '[RFC9068-2.2] without %s is none',
            '[OIDC-2] an ID token without %s is none',
            'a token for the management API without exp or iat is none',
          ),
          ...at('unit/verifier/token.test.ts', '[RFC9068-2.2] %s is there'),
        ],
        because:
          'Whoever reads a token asks for both, behind a good signature too: the server of its own, the verifier of others’.',
        redWhen: '`exp` or `iat` is not asked for, and the epoch of the client does not ask either',
      },
      {
        cause: 'and so were JWTs that clients sign',
        tests: [
          ...at(
            'workerd/client-authentication.test.ts',
            '[RFC7523-3] exp: one second before, at, after, missing and too far away',
            '[RFC7523-3] iat may be left out, but says when it was where it is there',
          ),
        ],
        because:
          'An assertion or request object needs an `exp`, which is not far away. RFC 7523 §3 lets it leave out `iat`, and so do we: what bounds it is `exp`.',
        redWhen:
          'a missing `exp` is taken for one to come, and when `iat` is demanded, or may be no number',
      },
    ],
  },
  {
    id: '25',
    source: 'CVE-2025-46815 (ZITADEL)',
    causes: [
      {
        cause: 'an intent of a sign-in could be replayed',
        tests: [...at('workerd/authn.test.ts', 'is good once')],
        because:
          'There is no upstream identity provider. A session token gives way to the session that it begins.',
        redWhen: 'the session that stands for the token stays',
      },
    ],
  },
  {
    id: '26',
    source: 'CVE-2026-27840 (ZITADEL)',
    causes: [
      {
        cause: 'truncated opaque tokens were accepted',
        tests: [
          ...at('workerd/code-substitution.test.ts', 'that was cut short or grew is refused'),
        ],
        because:
          'The MAC covers all of an artefact, has one length, and is compared by the platform’s verify.',
        redWhen: 'as many bytes of the MAC are compared as were sent',
      },
    ],
  },
  {
    id: '27',
    source: 'CVE-2020-5300, CVE-2020-15222 (fosite, Hydra)',
    causes: [
      {
        cause:
          'the `jti` of a client assertion could be used again, one after the other or at once',
        tests: [
          ...at(
            'workerd/client-authentication.test.ts',
            '[RFC7523-3] a jti is one-time, also when presented at once many times',
          ),
        ],
        because: 'One INSERT in one object tells whether it was new.',
        redWhen: 'it is not looked at, and when looking and entering are two turns',
      },
      {
        cause: 'it was forgotten before the assertion expired',
        tests: [
          ...at(
            'workerd/client-authentication.test.ts',
            '[RFC7523-3] a jti is spent until the assertion has expired for every clock',
          ),
          ...at(
            'unit/authorize/request-object.test.ts',
            'is to be spent, until the object is expired for every clock',
          ),
        ],
        because: 'It is kept until `exp`, by the clock that is furthest behind.',
        redWhen: 'it is kept until a second before `exp`',
      },
    ],
  },
  {
    id: '28',
    source: 'CVE-2020-15223 (fosite)',
    causes: [
      {
        cause: 'a storage error was swallowed by revocation',
        tests: [
          ...at(
            'workerd/grant-faults.test.ts',
            'nobody is told that a grant, a token or a session is bad',
          ),
        ],
        because: 'A fault of storage is 503 wherever it happens.',
        redWhen: 'a fault at revocation counts as done',
      },
    ],
  },
  {
    id: '29',
    source: 'CVE-2020-15234 (fosite)',
    causes: [
      {
        cause: 'redirect URIs were compared without case',
        tests: [...at('unit/authorize/redirect-uri.test.ts', '[RFC9700-4.1.3] refuses %s')],
        because: 'They are compared character by character.',
        redWhen: 'both sides are lowered',
      },
    ],
  },
  {
    id: '30',
    source: 'CVE-2020-15233 (fosite)',
    causes: [
      {
        cause: 'loopback redirect URIs were compared too loosely',
        tests: [
          ...at('unit/authorize/redirect-uri.test.ts', 'nobody may use %s'),
          ...at(
            'unit/authorize/redirect-uri.test.ts',
            'what a native app may use has the host, path and query of what it registered',
          ),
        ],
        because: 'The port alone may differ, at the literal addresses, for native apps.',
        redWhen: 'the path is not compared, or `localhost` counts as a literal',
      },
    ],
  },
]
