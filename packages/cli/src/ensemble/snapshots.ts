/**
 * A snapshot ensemble as a run: one network, whose rate falls to zero once for each member. The minimum that ends a cycle lies
 * where a member trained by itself would, in a folder inside the run's.
 */
import { checkpointFolder, clearTemporaries, latestCheckpoint, type Snapshot } from 'thalweg/train'
import { snapshotEnsemble, type TrialCheckpoints } from 'thalweg/tune'
import { removeFolder } from '../read.ts'
import { fitOptionsOf, realize } from '../recipes/recipe.ts'
import { firstWeights } from '../recipes/weights.ts'
import { adviserFor } from '../run/babysit.ts'
import { appendMetrics, hasCheckpoints, rewriteMetrics } from '../run/folder.ts'
import type { Sitting, SittingContext } from '../run/sitting.ts'
import { createProgress } from '../terminal/progress.ts'
import { createTeller } from './findings.ts'
import { memberFolder } from './member.ts'

/** @returns whether every member came to its minimum */
export async function trainSnapshots(
  { folder, manifest, data, checkpointEvery, babysit }: Sitting,
  { voice, signal, interrupt }: SittingContext,
): Promise<boolean> {
  const { recipe, seed, ensemble: members = 0 } = manifest
  const ingredients = await realize(recipe, data, seed)
  const { schedule: _, ...options } = fitOptionsOf(recipe, data, ingredients)
  const checkpoints = memberCheckpoints(folder.path)
  const newest = await newestSnapshot(folder.path, members)
  await rewriteMetrics(folder, newest?.history ?? [])
  const progress = createProgress(voice)
  const tell = await createTeller(folder, voice)
  interrupt?.rest()
  voice.show(voice.style.dim('compiling'))
  // A snapshot has weights of its own.
  const { model } = ingredients
  const experiment = data.experiment?.definition
  const first = newest ? undefined : await firstWeights(recipe, { model, train: data.train, seed, experiment })
  const { interrupted, runs } = await snapshotEnsemble(model, {
    ...options,
    test: data.test,
    store: first?.store,
    everySteps: checkpointEvery,
    babysit: adviserFor(babysit),
    ...{ members, seed, checkpoints, signal },
    onEvent(event) {
      if (event.type === 'start') interrupt?.listen()
      if (event.type === 'epoch') appendMetrics(folder, event)
      if (event.type === 'finding') {
        tell(event)
        return
      }
      progress(event)
      if (event.type !== 'step' && event.type !== 'end' && event.type !== 'interrupted') voice.event({ ...event })
    },
  })
  for (const { store } of runs) store.release()
  return !interrupted
}

/** A member's checkpoints, as if it had been trained by itself. */
function memberCheckpoints(run: string): TrialCheckpoints {
  const of = (member: number): string => memberFolder(run, member).checkpoints
  return {
    async latest(member) {
      if (!(await hasCheckpoints(memberFolder(run, member)))) return undefined
      await clearTemporaries(of(member))
      return (await latestCheckpoint(of(member))).snapshot
    },
    sink: (member) => checkpointFolder(of(member), { keep: 1 }),
    drop: (member) => removeFolder(of(member)),
  }
}

/** Where the one network was last; nothing before its first checkpoint. */
export async function newestSnapshot(run: string, members: number): Promise<Snapshot | undefined> {
  const checkpoints = memberCheckpoints(run)
  let newest: Snapshot | undefined
  for (let member = 0; member < members; member++) {
    const snapshot = await checkpoints.latest(member)
    if (!snapshot) break
    newest = snapshot
  }
  return newest
}
