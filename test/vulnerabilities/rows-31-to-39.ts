/** Rows 31 to 39 of the table: approval, transport, registration and privileges. */
import { at, type Vulnerability } from './table.ts'

export const fourthRows: readonly Vulnerability[] = [
  {
    id: '31',
    source: 'CVE-2022-39222 (dex)',
    causes: [
      {
        cause: 'the approval was bound to nobody, so that codes could be stolen',
        tests: [
          ...at(
            'workerd/transaction-confusion.test.ts',
            'is of whom was asked: in the session of somebody else it gives nothing',
          ),
          ...at(
            'workerd/transaction-confusion.test.ts',
            'is nothing at the sign-in page, so that nobody is signed in as somebody else',
          ),
        ],
        because: 'A decision is sealed for one browser and one session.',
        redWhen: 'the session, or the browser, is not compared',
      },
    ],
  },
  {
    id: '32',
    source: 'CVE-2020-26290 (dex)',
    causes: [
      {
        cause: 'XML signatures could be wrapped',
        tests: [],
        because: 'There is no SAML and no XML in the product.',
        redWhen: null,
      },
    ],
  },
  {
    id: '33',
    source: 'CVE-2024-23656 (dex)',
    causes: [
      {
        cause: 'the configured TLS version had no effect',
        tests: [
          ...at(
            'workerd/door.test.ts',
            'asks for HTTPS where the origin has it, and not on a developer’s machine',
          ),
        ],
        because:
          'The platform ends TLS; the Worker has no such setting. What it says of transport, it says in its answers.',
        redWhen: 'the header is left out',
      },
    ],
  },
  {
    id: '34',
    source: 'CVE-2024-49755, GHSA-v9xq-2mvm-x8xc (Duende)',
    causes: [
      {
        cause: '`cnf` was not enforced by the server’s own API',
        tests: [
          ...at('workerd/app-settings.test.ts', '%s cannot be asked for'),
          ...at('unit/verifier/dpop.test.ts', '[RFC9449-7.2] is no bearer token'),
        ],
        because:
          'Sender-constrained tokens cannot be asked for until they exist, so that no token of ours has a `cnf` which somebody could forget; and the verifier, which takes those of others, takes none for a bearer token.',
        redWhen: 'the setting is ignored, or the verifier does not look for `cnf`',
      },
    ],
  },
  {
    id: '35',
    source: 'CVE-2026-22752 (Spring Authorization Server)',
    causes: [
      {
        cause: 'registered metadata was script in pages',
        tests: [
          ...at(
            'unit/pages/escaping.test.ts',
            'links to the web only, loads https images only, and its policy names origins only',
            'has the same tags and the same policy whatever the texts are',
          ),
          ...at('unit/pages/headers.test.ts', 'has exactly the policy that it needs'),
          ...at('workerd/hostile-input.test.ts', 'stays text on every page'),
        ],
        because:
          'Registration is an administrator’s; its URIs are checked there and once more by the page, its names are text in it, and the policy runs nothing that is registered.',
        redWhen:
          'a page links to whatever was registered, names are not escaped, or the policy allows scripts in the page',
      },
      {
        cause: 'registered URIs were fetched inside the network',
        tests: [
          ...at(
            'workerd/app-keys.test.ts',
            'jwks and jwks_uri exclude each other, and the URI must be one that may be fetched',
          ),
        ],
        because: 'See 42; such a URI is refused when it is registered.',
        redWhen: 'the URI is not looked at at registration',
      },
      {
        cause: 'registration raised the scopes of who registered',
        tests: [
          ...at(
            'workerd/app-authority.test.ts',
            'a granted scope without a role does nothing, and neither does a role without the scope',
          ),
        ],
        because:
          'Scopes of the management API are granted one by one, and do nothing without a role.',
        redWhen: 'roles are not asked',
      },
    ],
  },
  {
    id: '36',
    source: 'CVE-2026-45337 (better-auth)',
    causes: [
      {
        cause: 'any session could approve a device code',
        tests: [],
        because: 'There is no device grant. Consent is of the session that was asked, see 31.',
        redWhen: null,
      },
    ],
  },
  {
    id: '37',
    source: 'CVE-2026-41427 (better-auth)',
    causes: [
      {
        cause: 'privileges on clients were not checked per object',
        tests: [
          ...at(
            'workerd/app-authority.test.ts',
            'a granted scope without a role does nothing, and neither does a role without the scope',
          ),
          ...at('workerd/authority.test.ts', 'lets %s do what the role is for, and nothing else'),
        ],
        because: 'Reading and managing, and parts such as secrets, are permissions of their own.',
        redWhen: 'roles are not asked, or the door does not authorize',
      },
    ],
  },
  {
    id: '38',
    source: 'GHSA-7w99-5wm4-3g79 (better-auth)',
    causes: [
      {
        cause: 'one code was redeemed many times at once',
        tests: [
          ...at(
            'workerd/token-races.test.ts',
            '[RFC6749-4.1.2] fifty redemptions of one code give exactly one success',
          ),
        ],
        because: 'Deciding and writing are one turn of the person’s object.',
        redWhen: 'a redeemed code is not refused',
      },
    ],
  },
  {
    id: '39',
    source: 'GHSA-392p-2q2v-4372, GHSA-pw9m-5jxm-xr6h (better-auth)',
    causes: [
      {
        cause: 'rotation and replay of refresh tokens left families alive',
        tests: [
          ...at(
            'unit/domain/authorization-laws.test.ts',
            'does what the reference does, whatever happens to it',
          ),
          ...at(
            'workerd/subject-races.test.ts',
            '50 refreshes without a leeway: one succeeds, and the family ends',
          ),
        ],
        because:
          'The states of an authorization are a pure function, compared with a reference over random histories.',
        redWhen: 'a redeemed code, or a used token, is not refused',
      },
    ],
  },
]
