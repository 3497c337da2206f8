/** The first sitting of a run: data, recipe, folder and manifest from the command line. */
import path from 'node:path'
import type { Combine } from 'thalweg/tune'
import { usage } from '../errors.ts'
import { chooseRecipe, type Overrides } from '../recipes/choose.ts'
import { type DataRequest, openData } from '../source/open.ts'
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
  readonly combine?: Combine | undefined
}

export async function prepareSitting(
  target: string | undefined,
  request: Request,
  { voice, signal }: SittingContext,
): Promise<Sitting> {
  if (request.out !== undefined) await refuseTaken(request.out)
  const { source, data, seed } = await openData('train', target, request, { voice, signal })
  refuseUnfitCombine(request, data.train.target.kind)
  const recipe = await chooseRecipe(source, data, request)
  const name = data.experiment?.definition.name ?? source.name
  const folder = runFolder(request.out ?? path.join('runs', runName(name)))
  const isFile = source.kind === 'table' || source.kind === 'experiment'
  const manifest: Manifest = {
    ...originOf({ name, target: target ?? source.name, isFile, seed, request }),
    ...(request.checkpointEvery !== undefined && { checkpointEvery: request.checkpointEvery }),
    ...(request.ensemble !== undefined && { ensemble: request.ensemble }),
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

/** Before anything is trained: a way of combining that does not suit the target, or without anything to combine. */
function refuseUnfitCombine({ combine, ensemble }: Request, kind: 'class' | 'number'): void {
  if (combine === undefined) return
  const suits = (combine === 'mean') === (kind === 'number')
  if (suits && ensemble !== undefined) return
  throw usage('unfit-combine', {
    rule: 'train: --combine must suit the target, and an ensemble',
    received: `--combine ${combine}, ${ensemble === undefined ? 'no --ensemble' : `a target of ${kind === 'class' ? 'classes' : 'numbers'}`}`,
    try: ensemble === undefined ? 'leave --combine out, or add --ensemble 5' : 'leave --combine out for the usual one',
  })
}
