/** What `thalweg tune` searches over: a search file of the user's, or a recipe of the house with a space around it. */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import type { Dataset } from 'thalweg/data'
import type { Experiment } from 'thalweg/train'
import { type Params, paramsAt, type SearchExperiment, type SearchMetric, type Space } from 'thalweg/tune'
import { usage } from '../errors.ts'
import { readFile } from '../read.ts'
import { chooseRecipe } from '../recipes/choose.ts'
import { type Ingredients, type Recipe, realize } from '../recipes/recipe.ts'
import type { ColumnTypes } from '../source/columns.ts'
import { experimentData, loadDefault } from '../source/experiment.ts'
import { refuseIdleOptions } from '../source/open.ts'
import { isExperimentFile, resolveSource } from '../source/resolve.ts'
import type { LoadContext, Prepared } from '../source/source.ts'
import { type BuiltIn, builtInSearch } from './built-in.ts'

/** A configuration made real. */
export interface Candidate extends Ingredients {
  readonly data: Prepared
  readonly batchSize: number | 'all'
  readonly initialize?: Experiment['initialize']
  readonly earlyStopping?: Experiment['earlyStopping']
  readonly keepBest?: number | undefined
}

export interface Tunable {
  readonly name: string
  readonly space: Space
  readonly metric: SearchMetric
  /** The most that a trial is trained for. */
  readonly epochs: number
  /** What the file of the search says; options of the command line come first. */
  readonly own: Pick<SearchExperiment, 'trials' | 'sampler' | 'pruner' | 'seed'>
  readonly kind:
    | { readonly kind: 'file'; readonly file: string; readonly text: string }
    | { readonly kind: 'recipe'; readonly recipeOf: BuiltIn['recipeOf']; readonly train: Dataset }
  candidate(params: Params<Space>): Promise<Candidate>
  /**
   * Refuses, before anything is trained, what no trial could be judged by.
   *
   * @throws ThalwegError `usage/unfit-metric`, `usage/no-validation`, and what the data throws
   */
  check(): Promise<void>
}

export interface TunableRequest {
  readonly target: string
  readonly targetColumn?: string | undefined
  readonly columns?: ColumnTypes | undefined
  readonly epochs?: number | undefined
  readonly metric?: SearchMetric | undefined
}

/** Where in a space to look for a configuration that can be made at all. */
const TRIED = [0.5, 0.75, 0.25, 1, 0]

export async function openTunable(request: TunableRequest, context: Omit<LoadContext, 'target'>): Promise<Tunable> {
  return isExperimentFile(request.target) ? openFile(request, context) : openRecipe(request, context)
}

async function openFile(
  { target, targetColumn, columns, epochs: asked, metric }: TunableRequest,
  context: Omit<LoadContext, 'target'>,
): Promise<Tunable> {
  const file = path.resolve(target)
  const text = new TextDecoder().decode(await readFile(target))
  const search = await loadDefault(target)
  if (!isSearch(search)) throw notASearch(target, search)
  refuseIdleOptions('tune', { name: target, takes: ['--data'] }, { target: targetColumn, column: columns })
  const epochs = asked ?? search.epochs
  const loaded = new Map<Experiment['data'], Promise<Prepared>>()
  const seed = context.isSeedOpen ? (search.seed ?? context.seed) : context.seed

  function dataOf(made: Experiment['data']): Promise<Prepared> {
    const known = loaded.get(made)
    if (known) return known
    const data = experimentData(file, made, { ...context, seed, target: undefined }, (name) =>
      resolveSource(name, 'tune'),
    )
    loaded.set(made, data)
    return data
  }

  const judged = metric ?? search.metric ?? 'validLoss'
  return {
    name: search.name ?? path.basename(target, path.extname(target)).replace(/[.]experiment$/, ''),
    space: search.space,
    metric: judged,
    epochs,
    own: search,
    kind: { kind: 'file', file, text },
    async check() {
      for (const share of TRIED) {
        const params = paramsAt(search.space, share)
        try {
          const { data } = search.experiment(params, { epochs })
          return refuseUnfit(target, judged, await dataOf(data))
        } catch (error) {
          // A configuration that cannot be is a trial that fails; another one may do.
          if (error instanceof ThalwegError && /^(usage|data)\//.test(error.code)) throw error
        }
      }
    },
    async candidate(params) {
      const { data, batchSize = 64, ...rest } = search.experiment(params, { epochs })
      const { model, loss, optimizer, schedule, order, metric: own, ...more } = rest
      return { model, loss, optimizer, schedule, order, metric: own, batchSize, ...more, data: await dataOf(data) }
    },
  }
}

async function openRecipe(
  { target, targetColumn, columns, epochs, metric }: TunableRequest,
  context: Omit<LoadContext, 'target'>,
): Promise<Tunable> {
  const source = await resolveSource(target, 'tune')
  refuseIdleOptions('tune', source, { target: targetColumn, column: columns, data: context.folder })
  const data = await source.load({ ...context, target: targetColumn, columns })
  const base = await chooseRecipe(source, data, { epochs })
  const { space, recipeOf } = builtInSearch(base)
  return {
    name: source.name,
    space,
    metric: metric ?? 'validLoss',
    epochs: base.epochs,
    own: {},
    kind: { kind: 'recipe', recipeOf, train: data.train },
    check: async () => refuseUnfit(target, metric ?? 'validLoss', data),
    async candidate(params) {
      const recipe: Recipe = recipeOf(params)
      return { ...(await realize(recipe, data, context.seed)), batchSize: recipe.batchSize, data }
    },
  }
}

function refuseUnfit(name: string, metric: SearchMetric, { train, valid }: Prepared): void {
  if (!valid) throw noValidation(name)
  const { kind } = train.target
  const other = kind === 'class' ? 'validR2' : 'validAccuracy'
  if (metric !== other) return
  throw usage('unfit-metric', {
    rule: `tune ${name}: the metric must suit the target`,
    received: `${metric}, a target of ${kind === 'class' ? 'classes' : 'numbers'}`,
    try: `--metric ${kind === 'class' ? 'validAccuracy' : 'validR2'}, or validLoss`,
  })
}

export function noValidation(name: string): Error {
  return usage('no-validation', {
    rule: `tune ${name}: there must be a validation part to judge configurations by`,
    received: 'training data alone',
    try: 'let data give valid as well, split() for example',
  })
}

function isSearch(value: unknown): value is SearchExperiment {
  if (typeof value !== 'object' || value === null) return false
  return 'space' in value && 'epochs' in value && 'experiment' in value && typeof value.experiment === 'function'
}

function notASearch(file: string, exported: unknown): Error {
  const fields = typeof exported === 'object' && exported !== null ? Object.keys(exported).join(', ') : typeof exported
  return usage('not-a-search', {
    rule: `${file}: a file to tune must export space, epochs and experiment by default`,
    received: fields || 'nothing',
    try: "export default defineSearch({ space, epochs, experiment: (params) => ({ ... }) }), from 'thalweg/tune'",
  })
}
