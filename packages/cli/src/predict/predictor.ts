/** A trained run, ready to be asked: its network or networks with their weights, and what was done to their inputs. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { type Dataset, type Preprocessing, sha256 } from 'thalweg/data'
import type { Loss, Model } from 'thalweg/nn'
import { evaluate, type Metrics, type Prediction } from 'thalweg/train'
import { ensemble } from 'thalweg/tune'
import { type LoadedNetwork, loadMembers, loadNetwork } from '../ensemble/members.ts'
import { exists, readFile } from '../read.ts'
import { buildModel } from '../recipes/model.ts'
import { type RunFolder, readManifest, readResult, readRunPreprocessing, runFolder } from '../run/folder.ts'
import type { Manifest } from '../run/manifest.ts'
import { loadExperiment } from '../source/experiment.ts'
import { trialFile } from '../tune/folder.ts'

export interface Predictor {
  readonly manifest: Manifest
  readonly preprocessing: Preprocessing | undefined
  /** One, or the members of an ensemble. */
  readonly networks: readonly LoadedNetwork[]
  /** Steps behind the weights, and whether the run came to its end. */
  readonly step: number
  readonly isFinished: boolean
  /** Of a run that is not finished: newer checkpoints that were damaged. */
  readonly damaged: readonly string[]
  /** For preprocessed inputs, `[examples, ...inputShape]` row-major. */
  predict(inputs: Float32Array): Prediction
  /** By the loss it was trained by; an ensemble by its log-likelihood, or its squared error. */
  evaluate(dataset: Dataset, loss: Loss): Promise<Metrics>
}

export async function loadPredictor(run: string): Promise<Predictor> {
  const folder = runFolder(run)
  const manifest = await readManifest(folder)
  const model = await modelOf(manifest, folder)
  const preprocessing = await readRunPreprocessing(folder)
  requirePreprocessing(preprocessing, manifest, folder)
  const result = await readResult(folder)
  const isEnsemble = manifest.ensemble !== undefined
  const networks = isEnsemble
    ? await loadMembers(folder.path, manifest, (member) => memberModel(manifest, folder, member, model))
    : [await loadNetwork(folder, model, manifest, manifest.seed)]
  // A mended run has another model than it began with.
  const [{ member, store, model: final }] = networks
  const members = networks.map((network) => network.member)
  const together = ensemble(members, { combine: manifest.combine, temperature: result?.temperature ?? 1 })
  return {
    manifest,
    preprocessing,
    networks,
    step: Math.min(...networks.map(({ step }) => step)),
    isFinished: result !== undefined,
    damaged: networks.flatMap(({ damaged }) => damaged.map((file) => path.basename(file))),
    predict: (inputs) => (isEnsemble ? together : member).predict(inputs),
    evaluate: (dataset, loss) => (isEnsemble ? together.evaluate(dataset) : evaluate(final, dataset, { store, loss })),
  }
}

/** The experiment's own file where it is still there; the copy in the run folder otherwise. */
async function modelOf({ recipe: { model } }: Manifest, folder: RunFolder): Promise<Model> {
  if (model.kind !== 'experiment') return buildModel(model)
  const copy = path.join(folder.path, `experiment${path.extname(model.file)}`)
  const isUnchanged = (await exists(model.file)) && (await sha256(await readFile(model.file))) === model.sha256
  return (await loadExperiment(isUnchanged ? model.file : copy)).model
}

/** The best of a search are different networks, each of an experiment file of its own beside the run. */
async function memberModel({ members }: Manifest, folder: RunFolder, member: number, model: Model): Promise<Model> {
  return members === 'trials' ? (await loadExperiment(trialFile(path.dirname(folder.path), member))).model : model
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
