import { referenceBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { openSession } from 'thalweg/train'
import { expect, test } from 'vitest'
import { modelOf, settingsOf } from './model.ts'
import { WORKLOADS } from './workloads.ts'

test.each(WORKLOADS.map((workload) => [workload.name, workload] as const))(
  'the arena of %s is within a tenth of what is alive at once',
  (_, workload) => {
    // Lowering is the same for all backends, and this one compiles nothing.
    const engine = createEngine(referenceBackend())
    const session = openSession(modelOf(workload), settingsOf(workload, engine))
    const { arenaBytes, aliveBytes } = session.plan
    session.release()
    expect(aliveBytes).toBeGreaterThan(0)
    expect(arenaBytes / aliveBytes).toBeGreaterThanOrEqual(1)
    expect(arenaBytes / aliveBytes).toBeLessThan(1.1)
  },
)
