/** Rows 9 to 17 of the table: scripts, policies, steps, routes, rotation and endings. */
import { at, type Vulnerability } from './table.ts'

export const secondRows: readonly Vulnerability[] = [
  {
    id: '9',
    source: 'CVE-2024-21637 (authentik)',
    causes: [
      {
        cause: 'a `javascript:` redirect URI with form_post was script in the page',
        tests: [
          ...at('workerd/app-settings.test.ts', 'a web app cannot register %s'),
          ...at(
            'unit/pages/headers.test.ts',
            '%s is not: the policy stays with ourselves, and no form is made for it',
          ),
          ...at(
            'unit/pages/escaping.test.ts',
            'links to the web only, loads https images only, and its policy names origins only',
          ),
        ],
        because:
          'Such a URI cannot be registered; no form is made for one, and pages link to the web only.',
        redWhen: 'the scheme is not looked at, at registration and on pages',
      },
      {
        cause: 'and the policy of the page let it run',
        tests: [
          ...at('unit/pages/headers.test.ts', 'has exactly the policy that it needs'),
          ...at(
            'unit/pages/escaping.test.ts',
            'has the same tags and the same policy whatever the texts are',
          ),
          ...at('workerd/hostile-input.test.ts', 'stays text on every page'),
        ],
        because:
          'A page runs no script but the one that its policy knows by its hash, the form of form_post included; what requests and answers say is text in it.',
        redWhen: 'the policy allows scripts in the page, or fields and names are not escaped',
      },
    ],
  },
  {
    id: '10',
    source: 'CVE-2024-38371 (authentik)',
    causes: [
      {
        cause: 'the device flow skipped the access policy',
        tests: [
          ...at(
            'workerd/interaction-code.test.ts',
            'a rule for authorization codes lets no interaction code in, and the app is told so',
          ),
          ...at('workerd/token.test.ts', 'a rule without the grant type does not match'),
          ...at(
            'workerd/token.test.ts',
            'a policy for other clients does not match, one for this client does',
          ),
          ...at('workerd/password-grant.test.ts', 'needs an app and a rule that allow it'),
          ...at('workerd/token-ends.test.ts', 'are not refreshed once their rule is %s'),
        ],
        because:
          'A grant proves a credential only; policy, scopes, claims and minting come after all of them, and a refresh needs its rule.',
        redWhen:
          'conditions of policies and rules are not asked, or a refresh does not ask for its rule',
      },
    ],
  },
  {
    id: '11',
    source: 'CVE-2026-49443 (authentik)',
    causes: [
      {
        cause: 'an empty POST passed a stage of the flow',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            'by a form that says nothing, or by one that belongs to a later step',
          ),
          ...at(
            'workerd/transaction-confusion.test.ts',
            'of a sign-out begins no sign-in and answers no consent',
          ),
        ],
        because:
          'A transaction is sealed for one step; every form must prove what its step is for.',
        redWhen: 'a form without a password counts as done, or transactions of all steps are alike',
      },
    ],
  },
  {
    id: '12',
    source: 'CVE-2026-55106 (authentik)',
    causes: [
      {
        cause: 'a debug action lacked its authorization',
        tests: [
          ...at(
            'workerd/authority.test.ts',
            'refuses a super administrator whose token lacks the scope, and takes the scope alone',
          ),
          ...at('workerd/authority.test.ts', 'lets %s do what the role is for, and nothing else'),
        ],
        because:
          'Every route declares scope and permission, the door asks for them before the handler, and the tests walk over all routes.',
        redWhen: 'the door does not authorize',
      },
    ],
  },
  {
    id: '13',
    source: 'CVE-2026-1035 (Keycloak)',
    causes: [
      {
        cause: 'refreshes at once each passed the check before any was written',
        tests: [
          ...at(
            'workerd/subject-races.test.ts',
            '50 refreshes without a leeway: one succeeds, and the family ends',
          ),
          ...at(
            'workerd/token-races.test.ts',
            '[RFC9700-4.14.2] fifty refreshes inside the leeway all get the same successor',
          ),
        ],
        because: 'Deciding and writing are one turn of the person’s object.',
        redWhen:
          'a used token is not refused, or its use within the leeway makes another successor',
      },
    ],
  },
  {
    id: '13b',
    source: 'keycloak#51312',
    causes: [
      {
        cause: 'a refresh beside a revocation survived it',
        tests: [
          ...at(
            'workerd/token-races.test.ts',
            '[RFC7009-2] a refresh beside a revocation never leaves a living token',
          ),
        ],
        because: 'Both happen in one object, and a family that has ended has no successor.',
        redWhen: 'a revocation is answered before it is stored',
      },
    ],
  },
  {
    id: '14',
    source: 'CVE-2026-9802 (Keycloak)',
    causes: [
      {
        cause: 'a revoked refresh token was good again after a restart',
        tests: [
          ...at(
            'e2e/killed.test.ts',
            'keeps what was accepted and forgets nothing that was revoked',
          ),
        ],
        because:
          'A revocation is durable before its answer: the object’s output waits for its storage.',
        redWhen: 'revocations are kept in memory',
      },
    ],
  },
  {
    id: '15',
    source: 'CVE-2026-7571 (Keycloak)',
    causes: [
      {
        cause: 'a flow that was switched off was reached by a session that started anew',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            'a response type that was taken back meanwhile gets no tokens',
          ),
        ],
        because: 'A request that goes on is checked like a new one, by the registration of now.',
        redWhen: 'a request that goes on is not checked again',
      },
    ],
  },
  {
    id: '16',
    source: 'CVE-2026-9689 (Keycloak)',
    causes: [
      {
        cause: 'repeated parameters were read differently in two places',
        tests: [
          ...at(
            'workerd/token.test.ts',
            '[RFC6749-3.2] a repeated parameter is invalid_request, even when one is empty',
          ),
          ...at(
            'workerd/hostile-input.test.ts',
            '[RFC6749-3.1] take no parameter twice, in the query or in a form',
          ),
          ...at(
            'workerd/door.test.ts',
            'a parameter given twice is refused by its name, also one that nobody knows',
          ),
        ],
        because: 'A repetition is refused where parameters are parsed, before anybody reads one.',
        redWhen: 'repetitions are not looked for',
      },
    ],
  },
  {
    id: '17',
    source: 'CVE-2026-8922 (Keycloak)',
    causes: [
      {
        cause: 'introspection did not know the not-before of the realm',
        tests: [
          ...at(
            'workerd/keys.test.ts',
            'tokens of every rotation stay verifiable; those of an emergency do not',
          ),
          ...at(
            'workerd/verifier-bound.test.ts',
            'within a minute after the keys of its server are rotated in an emergency',
          ),
        ],
        because:
          'What ends all tokens of a server is an emergency rotation, after which nobody has a key for them: the verifier hears of it within a minute.',
        redWhen:
          'keys that signed before stay in the ring, or the verifier does not read the ring again',
      },
      {
        cause: 'nor that of clients',
        tests: [
          ...at(
            'workerd/introspection.test.ts',
            'deactivating the client ends its tokens for good',
          ),
          ...at(
            'workerd/app-authority.test.ts',
            'tokens issued before a deactivation stay dead after reactivation, new ones live',
          ),
          ...at('workerd/verifier-bound.test.ts', 'within a minute after %s'),
        ],
        because:
          'Introspection, userinfo, the management API and the verifier ask one predicate about the client.',
        redWhen: 'the client’s epoch is not compared',
      },
      {
        cause: 'nor that of people',
        tests: [
          ...at(
            'workerd/user-grants.test.ts',
            'end, and tokens with them only where that is asked for',
          ),
        ],
        because: 'Endings are kept in the person’s object, which every use of a token asks.',
        redWhen: 'an ending ends nothing that was given before',
      },
    ],
  },
]
