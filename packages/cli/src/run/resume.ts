/** A later sitting of a run: everything is as its manifest says; what the command line says otherwise is refused. */
import path from 'node:path'
import { clearTemporaries, latestCheckpoint, type Snapshot } from 'thalweg/train'
import { usage } from '../errors.ts'
import { averageDescription, averageText } from '../recipes/average.ts'
import { lookaheadOf, lookaheadText } from '../recipes/lookahead.ts'
import { penaltyOf, penaltyText } from '../recipes/penalty.ts'
import { columnsText } from '../source/columns.ts'
import type { Voice } from '../voice.ts'
import { loadRunData } from './data.ts'
import { hasCheckpoints, isFinished, type RunFolder, readManifest, runFolder } from './folder.ts'
import { refuseFinished, withEpochs } from './grow.ts'
import { lockFolder } from './lock.ts'
import type { Manifest } from './manifest.ts'
import { type Request, refuseIdle } from './prepare.ts'
import type { Sitting, SittingContext } from './sitting.ts'

export async function resumeSitting(
  run: string,
  target: string | undefined,
  request: Request,
  context: SittingContext,
): Promise<Sitting> {
  const folder = runFolder(run)
  const before = await readManifest(folder)
  refuseOtherOptions(before, target, request)
  refuseIdle(request, before.ensemble, before.members === 'snapshots')
  const manifest = withEpochs(before, request.epochs)
  const lock = await lockFolder(folder.path)
  try {
    await refuseFinished(folder, before, manifest)
    return {
      folder,
      manifest,
      lock,
      babysit: request.babysit ?? manifest.babysit,
      ...(await readSitting(folder, manifest, request, context)),
    }
  } catch (error) {
    lock.release(folder.path)
    throw error
  }
}

async function readSitting(
  folder: RunFolder,
  manifest: Manifest,
  request: Request,
  { voice, signal }: SittingContext,
): Promise<Pick<Sitting, 'data' | 'snapshot' | 'checkpointEvery'>> {
  const data = await loadRunData(manifest, { folder: request.data, voice, signal })
  await clearTemporaries(folder.path)
  await clearTemporaries(folder.checkpoints)
  // The members of an ensemble look for their own.
  const snapshot = manifest.ensemble === undefined ? await findSnapshot(folder, voice) : undefined
  const checkpointEvery = request.checkpointEvery ?? manifest.checkpointEvery
  return { data: { ...data, notes: [] }, snapshot, checkpointEvery }
}

/** The newest whole checkpoint; nothing where the run stopped before its first one, which is its beginning. */
async function findSnapshot(folder: RunFolder, voice: Voice): Promise<Snapshot | undefined> {
  const { checkpoints } = folder
  // A finished run whose checkpoints were thrown away must not begin anew.
  if (!(await hasCheckpoints(folder)) && !(await isFinished(folder))) return undefined
  const { snapshot, skipped, path: found } = await latestCheckpoint(checkpoints)
  for (const { path: damaged, error } of skipped) {
    const message = `${path.basename(damaged)} is damaged (${error.received}); going on from ${path.basename(found)}`
    voice.say(`note: ${message}`)
    voice.event({ type: 'note', code: error.code, message })
  }
  return snapshot
}

/** `--threads`, `--data`, `--checkpoint-every`, `--babysit` and how the command speaks may change: they do not touch the result. */
function refuseOtherOptions(manifest: Manifest, target: string | undefined, request: Request): void {
  const { recipe } = manifest
  const { options } = recipe.optimizer
  const network = recipe.model.kind === 'experiment' ? undefined : recipe.model
  const asked: readonly [option: string, now: unknown, before: unknown][] = [
    ['the target', target, manifest.target],
    ['--target', request.target, manifest.targetColumn],
    ['--column', columnsText(request.column), columnsText(manifest.columns)],
    ['--preprocess', request.preprocess, manifest.preprocess],
    ['--augment', request.augment, manifest.augment],
    ['--seed', request.seed, manifest.seed],
    ['--ensemble', request.ensemble, manifest.members === 'snapshots' ? undefined : manifest.ensemble],
    ['--snapshots', request.snapshots, manifest.members === 'snapshots' ? manifest.ensemble : undefined],
    ['--combine', request.combine, manifest.combine],
    ['--batch-size', request.batchSize, recipe.batchSize],
    ['--optimizer', request.optimizer, recipe.optimizer.name],
    ['--learning-rate', request.learningRate, options.learningRate],
    ['--momentum', request.momentum, options.momentum ?? (recipe.finalMomentum && options.beta1)],
    ['--weight-decay', request.weightDecay, options.weightDecay],
    ['--schedule', request.schedule, recipe.schedule.name],
    ['--warmup', request.warmup, recipe.schedule.warmupEpochs],
    ['--activation', request.activation, network?.activation],
    ['--batch-norm', request.batchNorm, typeof request.batchNorm === 'string' ? recipe.statistics : network?.batchNorm],
    ['--norm', request.norm, network?.norm],
    ['--dropout', request.dropout, network?.dropout],
    ['--label-smoothing', request.labelSmoothing, recipe.labelSmoothing],
    ['--clip-norm', request.clipNorm, recipe.clipNorm],
    ['--clip-parameter-norm', request.clipParameterNorm, recipe.clipParameterNorm],
    ['--clip-value', request.clipValue, recipe.clipValue],
    ['--penalty', request.penalty && penaltyText(penaltyOf(request.penalty)), penaltyText(recipe.penalty)],
    ['--final-momentum', request.finalMomentum, recipe.finalMomentum],
    [
      '--lookahead',
      request.lookahead && lookaheadText(lookaheadOf(request.lookahead)),
      lookaheadText(recipe.lookahead),
    ],
    ['--max-norm', request.maxNorm, recipe.maxNorm],
    ['--min-delta', request.minDelta, recipe.earlyStopping?.minDelta],
    ['--baseline', request.baseline, recipe.earlyStopping?.baseline],
    ['--accumulate', request.accumulate, recipe.accumulate],
    ['--order', request.order, recipe.order.name],
    ['--curriculum-by', request.curriculumBy, recipe.order.by],
    ['--metric', request.metric, recipe.metric],
    ['--patience', request.patience, recipe.earlyStopping?.patience],
    ['--keep-best', request.keepBest, recipe.keepBest],
    ['--init', request.init, recipe.init],
    [
      '--average',
      request.average && averageText(averageDescription(request.average, recipe.epochs)),
      averageText(recipe.average),
    ],
    ['--out', request.out, undefined],
  ]
  for (const [option, now, before] of asked) {
    if (now === undefined || now === before) continue
    if (option === 'the target' && path.resolve(String(now)) === before) continue
    throw usage('resume-mismatch', {
      rule: `resume: ${option} must be what it was when the run began`,
      received: `${String(now)}${before === undefined ? '' : `, it was ${String(before)}`}`,
      try: `leave ${option} out, or start a new run`,
    })
  }
}
