/** Inline hooks: endpoints outside that are asked before tokens are made. Rules of access policies name them. */
import * as z from 'zod'
import type { Status } from '../domain/authorization-server.ts'
import {
  HOOK_TYPES,
  InlineHookInput,
  InlineHookPatch,
  InlineHookReplacement,
  type InlineHook,
} from '../domain/inline-hook.ts'
import { callHook } from '../hooks/call.ts'
import { limits } from '../platform/limits.ts'
import { invalid, notFound } from '../protocol/api-errors.ts'
import {
  bumpServersUsingHook,
  deleteInlineHook,
  findInlineHook,
  listInlineHooks,
  serversUsingHook,
  setInlineHookStatus,
} from '../store/inline-hooks.ts'
import type { ManagementContext } from './context.ts'
import {
  HOOKS_PATH,
  hookChange,
  InlineHookOutput,
  presentHook,
} from './inline-hook-presentation.ts'
import { createHook, patchedHook, replaceHook } from './inline-hook-write.ts'
import { Overtaken, untilFirst } from './overtaken.ts'
import { whole } from './page.ts'
import { idParam, ListAnswer, route, type Params, type Route } from './route.ts'

const PATH = `${HOOKS_PATH}/:inlineHookId`
const READ = 'okta.inlineHooks.read'
const MANAGE = 'okta.inlineHooks.manage'
const TYPE = 'InlineHook'

async function hookOf(params: Params, { db }: ManagementContext): Promise<InlineHook> {
  const id = idParam(params, 'inlineHookId', TYPE)
  const hook = await findInlineHook(db, id)
  if (hook === null) throw notFound(id, TYPE)
  return hook
}

/** Replaces a hook by what is made of it as it is, anew as long as others are faster. */
const changed = (
  params: Params,
  context: ManagementContext,
  replacement: (hook: InlineHook) => InlineHookReplacement,
): Promise<unknown> =>
  untilFirst(limits.writeAttemptsMax, async () => {
    const hook = await hookOf(params, context)
    return presentHook(await replaceHook(hook, replacement(hook), context), context.origin)
  })

async function deleted(hook: InlineHook, context: ManagementContext): Promise<void> {
  const { db } = context
  if (hook.status === 'ACTIVE')
    throw invalid('inlineHook', 'status: Only an INACTIVE inline hook can be deleted')
  const servers = await serversUsingHook(db, hook.id)
  if (servers.length > 0)
    throw invalid(
      'inlineHook',
      ...servers
        .slice(0, limits.causesMax)
        .map((id) => `id: A rule of the authorization server '${id}' names the inline hook`),
    )
  await context.commitOr(
    new Overtaken('inline hook'),
    [deleteInlineHook(db, hook.id)],
    hookChange(hook, 'deleted'),
  )
}

/** Asks the endpoint as it is asked for tokens, and tells what it answers, or what is wrong with that. */
async function executed(
  hook: InlineHook,
  request: unknown,
  context: ManagementContext,
): Promise<unknown> {
  const answer = await callHook(hook, request, context.ports.settings)
  const change = hookChange(hook, 'executed')
  if (answer.outcome === 'failed' || answer.outcome === 'busy') {
    await context.commit([], { ...change, outcome: { result: 'FAILURE', reason: answer.reason } })
    throw invalid('inlineHook', `inlineHook: ${answer.reason}`)
  }
  await context.commit([], change)
  return answer.outcome === 'unchanged' ? {} : answer.document
}

const lifecycle = (verb: 'activate' | 'deactivate', status: Status): Route =>
  route({
    method: 'POST',
    path: `${PATH}/lifecycle/${verb}`,
    summary: `${verb === 'activate' ? 'Activate' : 'Deactivate'} an inline hook`,
    scope: MANAGE,
    output: InlineHookOutput,
    async handle({ params }, context) {
      const { db, nowSeconds } = context
      const hook = await hookOf(params, context)
      // Nothing happens to one that is so already.
      await context.commit(
        [setInlineHookStatus(db, hook.id, status, nowSeconds)],
        { ...hookChange(hook, `${verb}d`), serverIds: await serversUsingHook(db, hook.id) },
        [bumpServersUsingHook(db, hook.id)],
      )
      return presentHook(await hookOf(params, context), context.origin)
    },
  })

const isType = (text: string): boolean => HOOK_TYPES.some((type) => type === text)

/** The type that is asked for; null: any. */
function typeOf(query: URLSearchParams): string | null {
  const type = query.get('type') ?? ''
  if (type === '') return null
  if (!isType(type)) throw invalid('type', `type: must be one of ${HOOK_TYPES.join(', ')}`)
  return type
}

export const inlineHookRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: HOOKS_PATH,
    summary: 'List inline hooks',
    scope: READ,
    query: { type: z.enum(HOOK_TYPES).describe('The type that is listed; all without it.') },
    output: z.array(InlineHookOutput),
    async handle({ query }, { db, origin }) {
      const hooks = await listInlineHooks(db, typeOf(query))
      return new ListAnswer(whole(hooks.map((hook) => presentHook(hook, origin))))
    },
  }),
  route({
    method: 'POST',
    path: HOOKS_PATH,
    summary: 'Create an inline hook',
    scope: MANAGE,
    body: InlineHookInput,
    subject: 'inlineHook',
    output: InlineHookOutput,
    handle: async ({ body }, context) =>
      presentHook(await createHook(body, context), context.origin),
  }),
  route({
    method: 'GET',
    path: PATH,
    summary: 'Retrieve an inline hook',
    scope: READ,
    output: InlineHookOutput,
    handle: async ({ params }, context) =>
      presentHook(await hookOf(params, context), context.origin),
  }),
  route({
    method: 'POST',
    path: PATH,
    summary: 'Update an inline hook',
    scope: MANAGE,
    body: InlineHookPatch,
    subject: 'inlineHook',
    output: InlineHookOutput,
    handle: ({ params, body }, context) =>
      changed(params, context, (hook) => patchedHook(hook, body)),
  }),
  route({
    method: 'PUT',
    path: PATH,
    summary: 'Replace an inline hook',
    scope: MANAGE,
    body: InlineHookReplacement,
    subject: 'inlineHook',
    output: InlineHookOutput,
    handle: ({ params, body }, context) => changed(params, context, () => body),
  }),
  route({
    method: 'DELETE',
    path: PATH,
    summary: 'Delete an inline hook',
    scope: MANAGE,
    status: 204,
    handle: ({ params }, context) =>
      untilFirst(limits.writeAttemptsMax, async () =>
        deleted(await hookOf(params, context), context),
      ),
  }),
  route({
    method: 'POST',
    path: `${PATH}/execute`,
    summary: 'Execute an inline hook',
    scope: MANAGE,
    body: z.looseObject({}).meta({ id: 'InlineHookRequest' }),
    subject: 'inlineHook',
    output: z
      .looseObject({
        commands: z.array(z.unknown()).nullish(),
        error: z.looseObject({}).nullish(),
      })
      .meta({ id: 'InlineHookAnswer' }),
    handle: async ({ params, body }, context) =>
      executed(await hookOf(params, context), body, context),
  }),
  lifecycle('activate', 'ACTIVE'),
  lifecycle('deactivate', 'INACTIVE'),
]
