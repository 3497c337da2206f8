/** The first sitting of a run: data, recipe, folder and manifest from the command line. */
import path from 'node:path'
import type { Combine } from 'thalweg/tune'
import { usage } from '../errors.ts'
import { chooseRecipe, type Overrides } from '../recipes/choose.ts'
import { idle } from '../recipes/idle.ts'
import type { Recipe } from '../recipes/recipe.ts'
import { type DataRequest, openData } from '../source/open.ts'
import type { Prepared, Source } from '../source/source.ts'
import type { Babysitting } from './babysit.ts'
import { refuseTaken, runFolder, runName } from './folder.ts'
import { describeData, type Manifest } from './manifest.ts'
import { originOf } from './origin.ts'
import type { Sitting, SittingContext } from './sitting.ts'

/** What the command line says. */
export interface Request extends DataRequest, Overrides {
  readonly out?: string | undefined
  readonly checkpointEvery?: number | undefined
  readonly babysit?: Babysitting | undefined
  readonly ensemble?: number | undefined
  readonly snapshots?: number | undefined
  readonly combine?: Combine | undefined
  readonly workers?: number | undefined
}

export async function prepareSitting(
  target: string | undefined,
  request: Request,
  { voice, signal }: SittingContext,
): Promise<Sitting> {
  if (request.out !== undefined) await refuseTaken(request.out)
  const { source, data, seed } = await openData('train', target, request, { voice, signal })
  refuseUnfitCombine(request, data.train.target.kind)
  refuseUnfitSnapshots(request)
  const { ensemble, snapshots } = request
  refuseIdle(request, ensemble ?? snapshots, snapshots !== undefined)
  const recipe = await recipeFor(source, data, request)
  const name = data.experiment?.definition.name ?? source.name
  const folder = runFolder(request.out ?? path.join('runs', runName(name)))
  const isFile = source.kind === 'table' || source.kind === 'experiment'
  const manifest: Manifest = {
    ...originOf({ name, target: target ?? source.name, isFile, seed, request }),
    ...(request.checkpointEvery !== undefined && { checkpointEvery: request.checkpointEvery }),
    ...(request.babysit !== undefined && { babysit: request.babysit }),
    ...(request.ensemble !== undefined && { ensemble: request.ensemble }),
    ...(request.snapshots !== undefined && { ensemble: request.snapshots, members: 'snapshots' as const }),
    ...(request.combine !== undefined && { combine: request.combine }),
    recipe,
    data: await describeData(data),
  }
  return {
    folder,
    manifest,
    data,
    lock: undefined,
    snapshot: undefined,
    checkpointEvery: request.checkpointEvery,
    babysit: request.babysit,
  }
}

/** Of a snapshot ensemble the rate starts again for each member, and each has as many epochs as the others. */
async function recipeFor(source: Source, data: Prepared, request: Request): Promise<Recipe> {
  const { snapshots } = request
  if (snapshots === undefined) return chooseRecipe(source, data, request)
  const recipe = await chooseRecipe(source, data, { ...request, schedule: 'cosine-restarts' })
  const own = data.experiment?.definition
  for (const field of ['earlyStopping', 'average', 'statistics'] as const) {
    if (own?.[field] === undefined) continue
    throw usage('idle-option', {
      rule: 'train: --snapshots takes the weights at each minimum, and no others',
      received: `an experiment with ${field}`,
      try: `take ${field} out of the file, or --ensemble ${snapshots}`,
    })
  }
  const epochs = request.epochs ?? Math.ceil(recipe.epochs / snapshots) * snapshots
  if (epochs % snapshots === 0) return { ...recipe, epochs }
  throw usage('uneven-snapshots', {
    rule: 'train: --epochs must be a multiple of --snapshots, for each to end at a minimum',
    received: `${epochs} epochs, ${snapshots} snapshots`,
    try: `--epochs ${Math.max(1, Math.round(epochs / snapshots)) * snapshots}`,
  })
}

function refuseUnfitSnapshots({ snapshots, ensemble, batchNorm, ...request }: Request): void {
  if (snapshots === undefined) return
  if (ensemble !== undefined) {
    throw usage('contradiction', {
      rule: 'train: the members of an ensemble are networks of their own, or the minima of one',
      received: `--ensemble ${ensemble} --snapshots ${snapshots}`,
      try: 'leave one of them out',
    })
  }
  const given = {
    '--schedule': request.schedule,
    '--warmup': request.warmup,
    '--average': request.average,
    '--patience': request.patience,
    '--keep-best': request.keepBest,
    '--metric': request.metric,
    '--batch-norm': typeof batchNorm === 'string' ? batchNorm : undefined,
  }
  for (const [option, value] of Object.entries(given)) {
    if (value === undefined) continue
    throw usage('idle-option', {
      rule: `train: ${option} has no place in a snapshot ensemble, whose members are the minima of its own schedule`,
      received: `--snapshots ${snapshots} ${option} ${value}`,
      try: `leave ${option} out, or --ensemble ${snapshots} for networks of their own`,
    })
  }
}

/**
 * What means nothing to the run, in its first sitting or a later one.
 *
 * @param members of an ensemble; `areMinima`: of one network
 * @throws ThalwegError `usage/idle-option`
 */
export function refuseIdle(
  { workers, babysit }: Pick<Request, 'workers' | 'babysit'>,
  members: number | undefined,
  areMinima: boolean,
): void {
  if (workers !== undefined && (members === undefined || areMinima)) {
    const others = areMinima ? 'the minima of one network' : 'a single network'
    throw idle('--workers', `${others}, which is trained in one process`, '--threads, or --ensemble 5')
  }
  if (babysit !== 'fix' || members === undefined) return
  const alike = 'an ensemble, whose members are watched and not mended: they are to be one model'
  throw idle('--babysit fix', alike, '--babysit advise; mend a single network first, and train its like together')
}

/** Before anything is trained: a way of combining that does not suit the target, or without anything to combine. */
function refuseUnfitCombine({ combine, snapshots, ensemble = snapshots }: Request, kind: 'class' | 'number'): void {
  if (combine === undefined) return
  const suits = (combine === 'mean') === (kind === 'number')
  if (suits && ensemble !== undefined) return
  throw usage('unfit-combine', {
    rule: 'train: --combine must suit the target, and an ensemble',
    received: `--combine ${combine}, ${ensemble === undefined ? 'no --ensemble' : `a target of ${kind === 'class' ? 'classes' : 'numbers'}`}`,
    try: ensemble === undefined ? 'leave --combine out, or add --ensemble 5' : 'leave --combine out for the usual one',
  })
}
