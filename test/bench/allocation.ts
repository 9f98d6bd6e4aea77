/**
 * How many bytes a Worker allocates on V8's heap for one request: a sampling heap profile over a load, with what has
 * been collected again. What the engine keeps outside its heap (buffers, the HTTP layer) is not in it.
 */
import type { InspectorSession } from './inspector.ts'
import type { CallFrame } from './profile.ts'

/** What one function has allocated, and its callees. */
export interface AllocationNode {
  readonly callFrame: CallFrame
  readonly selfSize: number
  readonly children: readonly AllocationNode[]
}

/** On average one sample in so many bytes; V8 scales the sums itself. */
const SAMPLING_BYTES = 16 * 1024

/** With all that it called. */
export const sizeOf = ({ selfSize, children }: AllocationNode): number =>
  children.reduce((sum, child) => sum + sizeOf(child), selfSize)

/** `load` resolves to the number of requests. */
export async function recordAllocations(
  session: InspectorSession,
  load: () => Promise<number>,
): Promise<{ head: AllocationNode; requests: number }> {
  await session.send('HeapProfiler.enable')
  await session.send('HeapProfiler.startSampling', {
    samplingInterval: SAMPLING_BYTES,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  const requests = await load()
  const { profile } = await session.send<{ profile: { head: AllocationNode } }>(
    'HeapProfiler.stopSampling',
  )
  return { head: profile.head, requests }
}
