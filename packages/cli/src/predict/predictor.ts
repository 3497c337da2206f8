/** A trained run, ready to be asked: its network with its weights, and what was done to its inputs. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { type Preprocessing, sha256 } from 'thalweg/data'
import { createStore, type Model } from 'thalweg/nn'
import { latestCheckpoint, loadRun, modelArrays, type Prediction, predict } from 'thalweg/train'
import { assemble } from '../ensemble/members.ts'
import { exists, readFile } from '../read.ts'
import { buildModel } from '../recipes/model.ts'
import { isFinished, type RunFolder, readManifest, readResult, readRunPreprocessing, runFolder } from '../run/folder.ts'
import type { Manifest } from '../run/manifest.ts'
import { loadExperiment } from '../source/experiment.ts'

export interface Predictor {
  readonly manifest: Manifest
  readonly preprocessing: Preprocessing | undefined
  /** Steps behind the weights, and whether the run came to its end. */
  readonly step: number
  readonly isFinished: boolean
  /** Of a run that is not finished: newer checkpoints that were damaged. */
  readonly damaged: readonly string[]
  /** For preprocessed inputs, `[examples, ...inputShape]` row-major. */
  predict(inputs: Float32Array): Prediction
}

export async function loadPredictor(run: string): Promise<Predictor> {
  const folder = runFolder(run)
  const manifest = await readManifest(folder)
  const model = await modelOf(manifest, folder)
  if (manifest.ensemble !== undefined) {
    return ensemblePredictor(folder, manifest, await readRunPreprocessing(folder), model)
  }
  if (await isFinished(folder)) {
    const { preprocessing, predict, steps } = await loadRun(folder.path, model)
    requirePreprocessing(preprocessing, manifest, folder)
    return { manifest, preprocessing, step: steps, isFinished: true, damaged: [], predict }
  }
  const preprocessing = await readRunPreprocessing(folder)
  requirePreprocessing(preprocessing, manifest, folder)
  const { snapshot, skipped } = await latestCheckpoint(folder.checkpoints)
  const store = createStore({ seed: manifest.seed })
  store.load(modelArrays(snapshot))
  const { inputShape, target } = manifest.data
  return {
    manifest,
    preprocessing,
    step: snapshot.position.step,
    isFinished: false,
    damaged: skipped.map(({ path: file }) => path.basename(file)),
    predict: (inputs) => predict(model, inputs, { store, inputShape, target }),
  }
}

async function ensemblePredictor(
  folder: RunFolder,
  manifest: Manifest,
  preprocessing: Preprocessing | undefined,
  model: Model,
): Promise<Predictor> {
  const result = await readResult(folder)
  const { ensemble, steps, damaged } = await assemble(folder.path, manifest, model, result?.temperature)
  return {
    manifest,
    preprocessing,
    step: Math.min(...steps),
    isFinished: result !== undefined,
    damaged: damaged.map((file) => path.basename(file)),
    predict: (inputs) => ensemble.predict(inputs),
  }
}

/** The experiment's own file where it is still there; the copy in the run folder otherwise. */
async function modelOf({ recipe: { model } }: Manifest, folder: RunFolder): Promise<Model> {
  if (model.kind !== 'experiment') return buildModel(model)
  const copy = path.join(folder.path, `experiment${path.extname(model.file)}`)
  const isUnchanged = (await exists(model.file)) && (await sha256(await readFile(model.file))) === model.sha256
  return (await loadExperiment(isUnchanged ? model.file : copy)).model
}

/** Experiments may do without; for every other run, inputs as they come would be taken for scaled ones. */
function requirePreprocessing(
  preprocessing: Preprocessing | undefined,
  { recipe }: Manifest,
  { path: folder }: RunFolder,
): void {
  if (preprocessing || recipe.model.kind === 'experiment') return
  throw new ThalwegError('cli/lost-preprocessing', {
    rule: `read ${path.join(folder, 'preprocessing.json')}: a run must have what was done to its inputs`,
    received: 'no such file',
    try: 'copy the whole folder of the run again, or train again',
  })
}
