/**
 * Records a CPU profile of a Worker under load through workerd's inspector.
 */
import { InspectorSession } from './inspector.ts'

export interface CallFrame {
  readonly functionName: string
  readonly url: string
  /** From zero, in the built module; so is the column. */
  readonly lineNumber: number
  readonly columnNumber: number
}

export interface ProfileNode {
  readonly id: number
  readonly callFrame: CallFrame
  readonly children?: readonly number[]
}

export interface CpuProfile {
  readonly nodes: readonly ProfileNode[]
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Shorter intervals make the Worker itself noticeably slower. */
const SAMPLING_MICROS = 500

interface Recorded<T> {
  readonly profile: CpuProfile
  readonly outcome: T
}

export async function recordProfileIn<T>(
  session: InspectorSession,
  load: () => Promise<T>,
): Promise<Recorded<T>> {
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: SAMPLING_MICROS })
  await session.send('Profiler.start')
  const outcome = await load()
  const { profile } = await session.send<{ profile: CpuProfile }>('Profiler.stop')
  return { profile, outcome }
}

/** In a session of its own. */
export async function recordProfile<T>(
  inspector: URL,
  worker: string,
  load: () => Promise<T>,
): Promise<Recorded<T>> {
  const session = await InspectorSession.open(inspector, worker)
  try {
    return await recordProfileIn(session, load)
  } finally {
    session.close()
  }
}
