/**
 * An experiment file, TypeScript or JavaScript: `export default defineExperiment({ ... })`. It imports `thalweg/...`
 * from this very installation, wherever the file lies.
 */
import path from 'node:path'
import { ThalwegError } from 'thalweg'
import { checkClasses, type Dataset } from 'thalweg/data'
import { defineExperiment, type Experiment, type ExperimentData, type LoadOptions } from 'thalweg/train'
import { readFile } from '../read.ts'
import type { LoadContext, Prepared, Source } from './source.ts'
import { usersCode } from './user-code.ts'

/** @param resolve from a name or a table to its source, for experiments that ask for data by name */
export function experimentSource(file: string, resolve: (target: string) => Promise<Source>): Source {
  return {
    kind: 'experiment',
    name: path.basename(file, path.extname(file)).replace(/[.]experiment$/, ''),
    takes: ['--data'],
    async load(context) {
      const text = new TextDecoder().decode(await readFile(file))
      const definition = await loadExperiment(file)
      const seed = context.isSeedOpen ? (definition.seed ?? context.seed) : context.seed
      const prepared = await experimentData(file, definition.data, { ...context, seed }, resolve)
      return { ...prepared, experiment: { file: path.resolve(file), text, definition } }
    },
  }
}

/** What an experiment's `data` is or makes, and what was said about it on the way. */
export async function experimentData(
  file: string,
  made: Experiment['data'],
  context: LoadContext,
  resolve: (target: string) => Promise<Source>,
): Promise<Prepared> {
  const asked: Prepared[] = []
  async function load(name: string, { target, types }: LoadOptions = {}): Promise<ExperimentData> {
    const beside = path.extname(name) === '' ? name : path.resolve(path.dirname(file), name)
    const prepared = await (await resolve(beside)).load({ ...context, target, columns: types })
    asked.push(prepared)
    const { train, valid, test, preprocessing } = prepared
    return { train, ...(valid && { valid }), ...(test && { test }), ...(preprocessing && { preprocessing }) }
  }
  const { seed, folder } = context
  const given: unknown = typeof made === 'function' ? await usersCode(file, () => made({ seed, folder, load })) : made
  if (!isData(given)) throw noData(file, given)
  const { train, valid, test, preprocessing } = given
  if (valid) checkClasses(train, valid, 'valid')
  if (test) checkClasses(train, test, 'test')
  const [notes, files] = [asked.flatMap((one) => one.notes), asked.flatMap((one) => one.files)]
  return { train, valid, test, preprocessing, notes, files }
}

/** Two copies of the library would not know each other's tensors: the file gets the modules that are loaded here. */
async function modules(): Promise<Record<string, unknown>> {
  return {
    thalweg: await import('thalweg'),
    'thalweg/backend': await import('thalweg/backend'),
    'thalweg/base': await import('thalweg/base'),
    'thalweg/compile': await import('thalweg/compile'),
    'thalweg/data': await import('thalweg/data'),
    'thalweg/diagnose': await import('thalweg/diagnose'),
    'thalweg/grad': await import('thalweg/grad'),
    'thalweg/graph': await import('thalweg/graph'),
    'thalweg/nn': await import('thalweg/nn'),
    'thalweg/optim': await import('thalweg/optim'),
    'thalweg/tensor': await import('thalweg/tensor'),
    'thalweg/train': await import('thalweg/train'),
    'thalweg/tune': await import('thalweg/tune'),
  }
}

export async function loadExperiment(file: string): Promise<Experiment> {
  const exported = await loadDefault(file)
  if (!isExperiment(exported)) throw notAnExperiment(file, exported)
  // A plain object is as good; its names are held to those that there are all the same.
  return defineExperiment(exported)
}

/** What an experiment or a search file exports by default. */
export function loadDefault(file: string): Promise<unknown> {
  return importDefault(file)
}

/** What a file of a user's exports by default; `failed` makes the error where it does not run. */
export async function importDefault(
  file: string,
  failed?: (received: string, cause: unknown) => ThalwegError,
): Promise<unknown> {
  // Only users' files need it: everything else starts without.
  const { createJiti } = await import('jiti')
  const jiti = createJiti(import.meta.url, { virtualModules: await modules(), fsCache: false, moduleCache: false })
  return usersCode(file, () => jiti.import(path.resolve(file), { default: true }), failed)
}

function isData(value: unknown): value is ExperimentData {
  if (typeof value !== 'object' || value === null || !('train' in value)) return false
  return Object.entries(value).every(([part, set]) => part === 'preprocessing' || set === undefined || isDataset(set))
}

function isDataset(value: unknown): value is Dataset {
  if (typeof value !== 'object' || value === null) return false
  return ['size', 'inputShape', 'target', 'fill'].every((field) => field in value)
}

function noData(file: string, given: unknown): ThalwegError {
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : undefined
  const parts = entries?.map(([part, set]) => (isDataset(set) ? part : `${part} that is no dataset`)).join(', ')
  return new ThalwegError('cli/no-data', {
    rule: `${file}: data must be, or give, { train } with datasets: { train, valid, test }`,
    received: parts === '' ? 'an object with nothing in it' : (parts ?? String(given)),
    try: "make them with split(), arrays(...), or await load('wine.csv'), and return { train, valid }",
  })
}

function isExperiment(value: unknown): value is Experiment {
  if (typeof value !== 'object' || value === null) return false
  return ['data', 'model', 'loss', 'optimizer', 'epochs'].every((field) => field in value)
}

function notAnExperiment(file: string, exported: unknown): ThalwegError {
  if (typeof exported === 'object' && exported !== null && 'space' in exported && 'experiment' in exported) {
    return new ThalwegError('usage/not-an-experiment', {
      rule: `${file}: thalweg train takes one configuration, not a search for one`,
      received: 'a search, with a space',
      try: `thalweg tune ${file}, and then train the best.ts that it writes`,
    })
  }
  const fields = typeof exported === 'object' && exported !== null ? Object.keys(exported).join(', ') : typeof exported
  return new ThalwegError('usage/not-an-experiment', {
    rule: `${file}: an experiment file must export data, model, loss, optimizer and epochs by default`,
    received: fields || 'nothing',
    try: "export default defineExperiment({ data, model, loss, optimizer, epochs }), from 'thalweg/train'",
  })
}
