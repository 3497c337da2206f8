/** One sitting of a run, the first or a later one: trains, keeps the folder up to date, says how it went. */
import {
  checkpointFolder,
  checkpointsIn,
  type EpochEvent,
  fit,
  type Run,
  restoresBest,
  type TrainEvent,
} from 'thalweg/train'
import { EXIT, failureOf } from '../errors.ts'
import { fitOptionsOf, realize } from '../recipes/recipe.ts'
import { firstWeights } from '../recipes/weights.ts'
import { type SuddenEnd, suddenEnd } from '../sudden-end.ts'
import { createProgress } from '../terminal/progress.ts'
import type { Voice } from '../voice.ts'
import { babysitterFor } from './babysit.ts'
import { appendCase, appendFailure, appendReading, appendWatch, cutCase, readCaseFile } from './case-file.ts'
import {
  appendMetrics,
  createRunFolder,
  cutMetrics,
  type Result,
  type RunFolder,
  reopenRunFolder,
  rewriteMetrics,
  writeResult,
} from './folder.ts'
import { healthIn } from './health.ts'
import type { Lock } from './lock.ts'
import { writeReport } from './report.ts'
import type { Sitting, SittingContext } from './sitting.ts'
import { sayBeginning, sayEnd, sayFailure, sayInterrupted } from './words.ts'

/** A run of many epochs leaves about as many checkpoints as this by itself; a shorter one leaves one an epoch. */
const CHECKPOINTS = 20

/** @returns the exit code */
export async function runSitting(sitting: Sitting, context: SittingContext): Promise<number> {
  const held: Held = { lock: sitting.lock, sudden: suddenEnd() }
  try {
    const code = await trainSitting(sitting, context, held)
    // After its last step nothing of the run is lost, and it is told all the same.
    const late = held.sudden.error()
    if (late) throw late
    return code
  } finally {
    held.sudden.release()
    held.lock?.release(sitting.folder.path)
  }
}

interface Held {
  /** On a folder that may not be there yet. */
  lock: Lock | undefined
  readonly sudden: SuddenEnd
}

async function trainSitting(sitting: Sitting, context: SittingContext, held: Held): Promise<number> {
  const { voice, signal, interrupt } = context
  const { folder, manifest, data, snapshot, checkpointEvery } = sitting
  const { recipe, seed } = manifest
  const { epochs } = recipe
  const { train, test } = data
  const ingredients = await realize(recipe, data, seed)
  const { model } = ingredients
  const progress = createProgress(voice)
  const history: EpochEvent[] = [...(snapshot?.history ?? [])]
  /** Of the attempts that a mend took the place of. */
  const left = new Map<number, readonly EpochEvent[]>()
  let opened = false
  const { sudden } = held

  function onEvent(event: TrainEvent): void {
    if (event.type === 'epoch') {
      history.push(event)
      appendMetrics(folder, event)
    }
    if (event.type === 'finding' || event.type === 'mend') appendCase(folder, event)
    if (event.type === 'mend' && event.next !== event.attempt) {
      left.set(event.attempt, [...history])
      // A mended run goes on from an earlier place, and what came after it has not been; or as it was before.
      history.splice(0, history.length, ...(left.get(event.next) ?? history.slice(0, event.from.epoch)))
      cutMetrics(folder, history, history.length)
    }
    progress(event)
    // That it saved is part of how it failed.
    if (event.type !== 'interrupted' || !sudden.error()) pass(event, folder, voice)
  }

  /** Everything fits and is compiled: only now is anything announced, and anything there to be saved. */
  async function open(): Promise<void> {
    interrupt?.listen()
    voice.hide()
    sayBeginning(sitting, voice)
    if (held.lock) await reopenRunFolder(folder, manifest)
    else {
      const { preprocessing, experiment } = data
      held.lock = await createRunFolder(folder, { manifest, preprocessing, experiment })
    }
    await rewriteMetrics(folder, snapshot?.history ?? [])
    await cutCase(folder, snapshot)
    appendWatch(folder, sitting.babysit ?? 'advise', snapshot?.position.step ?? 0)
    opened = true
    sudden.listen()
  }

  /** It failed: what it had is kept, and what is wrong with it can be read. A full disk may refuse the page. */
  async function close(error: unknown): Promise<never> {
    const told = failureOf(error)
    appendFailure(folder, told, { step: history.at(-1)?.step ?? 0, epoch: Math.min(history.length + 1, epochs) })
    await writeReport(folder).catch(() => undefined)
    await sayFailure(sitting, told, voice)
    throw told
  }

  let run: Run
  interrupt?.rest()
  voice.show(voice.style.dim('compiling'))
  try {
    // A snapshot has weights of its own.
    const experiment = data.experiment?.definition
    const first = snapshot ? undefined : await firstWeights(recipe, { model, train, seed, experiment })
    run = await fit(model, {
      ...fitOptionsOf(recipe, data, ingredients),
      ...(first && { store: first.store }),
      test,
      seed,
      resume: snapshot,
      signal: AbortSignal.any([signal, sudden.signal]),
      babysit: babysitterFor(sitting.babysit, (reading) => appendReading(folder, reading)),
      onEvent,
      checkpoint: {
        open,
        save: checkpointFolder(folder.checkpoints),
        earlier: () => checkpointsIn(folder.checkpoints),
        everyEpochs: Math.ceil(recipe.epochs / CHECKPOINTS),
        ...(checkpointEvery !== undefined && { everySteps: checkpointEvery }),
      },
    })
  } catch (error) {
    if (!opened) throw error
    return await close(sudden.error() ?? error)
  } finally {
    interrupt?.listen()
  }
  if (run.interrupted) {
    const cause = sudden.error()
    if (cause) return close(cause)
    sayInterrupted(run, folder, voice)
    return EXIT.interrupted
  }
  // Where the best epoch was restored, no checkpoint has these weights as the newest ones.
  await run.save(folder.path)
  const result = resultOf(run, restoresBest({ ...ingredients, earlyStopping: recipe.earlyStopping }))
  await writeResult(folder, result)
  await writeReport(folder)
  const health = healthIn(await readCaseFile(folder), manifest, true)
  sayEnd(run, sitting, health, voice)
  voice.event({ type: 'end', ...result, health, run: folder.path })
  return EXIT.done
}

/** Events for programs. Steps are left out: they come by the clock, for displays; the end is told with the folder. */
function pass(event: TrainEvent, folder: RunFolder, voice: Voice): void {
  if (event.type === 'step' || event.type === 'end') return
  if (event.type === 'start' || event.type === 'interrupted') voice.event({ ...event, run: folder.path })
  else voice.event({ ...event })
}

function resultOf({ test, epochs, bestEpoch, seconds }: Run, isRestored: boolean): Result {
  const figures = test && {
    testLoss: test.loss,
    ...(test.task === 'class' ? { testAccuracy: test.accuracy } : { testR2: test.r2 }),
  }
  return { ...figures, epochs, ...(isRestored && bestEpoch !== undefined && { bestEpoch }), seconds }
}
