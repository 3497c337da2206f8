/**
 * One member of an ensemble: a run of its own, in a folder inside the ensemble's, from a seed of its own. Trained in this
 * process or in a worker.
 */
import path from 'node:path'
import {
  checkpointFolder,
  clearTemporaries,
  fit,
  latestCheckpoint,
  type Snapshot,
  type TrainEvent,
} from 'thalweg/train'
import { fitOptionsOf, realize } from '../recipes/recipe.ts'
import { firstWeights } from '../recipes/weights.ts'
import { adviserFor, type Babysitting } from '../run/babysit.ts'
import { loadRunData } from '../run/data.ts'
import {
  appendMetrics,
  hasCheckpoints,
  isFinished,
  type RunFolder,
  rewriteMetrics,
  runFolder,
  writeResult,
} from '../run/folder.ts'
import type { Manifest } from '../run/manifest.ts'
import type { Prepared } from '../source/source.ts'
import { createVoice } from '../voice.ts'
import type { Task } from '../workers/pool.ts'

/** A member that is busy saves about this often by itself. */
const CHECKPOINTS = 20

export interface MemberTask {
  readonly kind: 'member'
  readonly manifest: Manifest
  /** The ensemble's folder. */
  readonly run: string
  /** In this sitting. */
  readonly babysit: Babysitting | undefined
}

/** `runs/.../members/1`. */
export function memberFolder(run: string, member: number): RunFolder {
  return runFolder(path.join(run, 'members', String(member + 1)))
}

export interface MemberControl {
  readonly babysit: Babysitting | undefined
  readonly signal: AbortSignal
  readonly onEvent: (event: TrainEvent) => void
}

/**
 * Trains a member, or goes on with it; one that is finished is left alone.
 *
 * @returns whether it is finished, and not interrupted
 */
export async function trainMember(
  manifest: Manifest,
  data: Prepared,
  folder: RunFolder,
  member: number,
  { babysit, signal, onEvent }: MemberControl,
): Promise<boolean> {
  if (await isFinished(folder)) return true
  const { recipe, checkpointEvery } = manifest
  const seed = manifest.seed + member
  const { train } = data
  const ingredients = await realize(recipe, data, seed)
  const { model } = ingredients
  await clearTemporaries(folder.checkpoints)
  const snapshot = await newestOf(folder)
  const experiment = data.experiment?.definition
  const first = snapshot ? undefined : await firstWeights(recipe, { model, train, seed, experiment })
  await rewriteMetrics(folder, snapshot?.history ?? [])
  const run = await fit(model, {
    ...fitOptionsOf(recipe, data, ingredients),
    // What is wrong with the test part is said once.
    ...(member === 0 && { test: data.test }),
    ...(first && { store: first.store }),
    seed,
    resume: snapshot,
    signal,
    babysit: adviserFor(babysit),
    onEvent(event) {
      if (event.type === 'epoch') appendMetrics(folder, event)
      onEvent(event)
    },
    checkpoint: {
      save: checkpointFolder(folder.checkpoints),
      everyEpochs: Math.ceil(recipe.epochs / CHECKPOINTS),
      ...(checkpointEvery !== undefined && { everySteps: checkpointEvery }),
    },
  })
  if (!run.interrupted) {
    // Where the best epoch was restored, no checkpoint has these weights as the newest ones.
    await run.save(folder.path)
    await writeResult(folder, { epochs: run.epochs, seconds: run.seconds })
  }
  run.store.release()
  run.last?.release()
  return !run.interrupted
}

async function newestOf(folder: RunFolder): Promise<Snapshot | undefined> {
  const { checkpoints } = folder
  if (!(await hasCheckpoints(folder))) return undefined
  return (await latestCheckpoint(checkpoints)).snapshot
}

/** In a worker: the data is loaded once, members are trained one after the other. */
export async function openMemberTask({ manifest, run, babysit }: MemberTask): Promise<Task> {
  const voice = createVoice({ quiet: true }, process)
  const data = await loadRunData(manifest, { folder: undefined, voice, signal: new AbortController().signal })
  return (member, control) =>
    trainMember(manifest, data, memberFolder(run, Number(member)), Number(member), { ...control, babysit })
}
