/** The options of `thalweg train` that change a recipe: that they reach the training, are kept, and survive a break. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { latestCheckpoint, loadWeights, modelArrays } from 'thalweg/train'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digestOf, emptyFolder, thalweg, thalwegRead } from './command.ts'

const RECIPE = [
  ...['--epochs', '6', '--batch-size', '16', '--optimizer', 'sgd', '--learning-rate', '0.1', '--momentum', '0.8'],
  ...['--weight-decay', '0.001', '--schedule', 'exp', '--warmup', '0.5', '--activation', 'gelu', '--batch-norm'],
  ...['--dropout', '0.1', '--label-smoothing', '0.05', '--order', 'curriculum', '--curriculum-by', 'b'],
  ...[
    '--clip-norm',
    '0.5',
    '--accumulate',
    '2',
    '--metric',
    'trainLoss',
    '--patience',
    '5',
    '--keep-best',
    '2',
    '--checkpoint-every',
    '2',
    '--seed',
    '3',
  ],
]

function writeTable(folder: string): string {
  const rows = Array.from({ length: 60 }, (_, i) => {
    const [a, b] = [Math.sin(i * 12.9) * 3, Math.cos(i * 7.3) * 40]
    return `${a},${b},${a > b / 40 ? 'above' : 'below'}`
  })
  const file = join(folder, 'table.csv')
  writeFileSync(file, `a,b,kind\n${rows.join('\n')}\n`)
  return file
}

describe('a recipe from the command line', () => {
  let home = ''
  let whole = ''
  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'thalweg-recipe-'))
    whole = join(home, 'whole')
    const { code, stderr } = await thalweg(
      'train',
      writeTable(home),
      '--target',
      'kind',
      ...RECIPE,
      '--quiet',
      '--out',
      whole,
    )
    expect([code, stderr]).toEqual([0, ''])
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  function unfinished(keep: number): string {
    const run = join(emptyFolder(), 'run')
    cpSync(whole, run, { recursive: true })
    for (const file of ['result.json', 'run.json', 'model.safetensors']) rmSync(join(run, file))
    for (const file of readdirSync(join(run, 'checkpoints')).sort().slice(keep)) rmSync(join(run, 'checkpoints', file))
    return run
  }

  it('is kept in the manifest', () => {
    const { recipe } = JSON.parse(readFileSync(join(whole, 'manifest.json'), 'utf8'))
    expect(recipe).toMatchObject({
      model: { kind: 'mlp', activation: 'gelu', batchNorm: true, dropout: 0.1 },
      optimizer: { name: 'sgd', options: { learningRate: 0.1, momentum: 0.8, weightDecay: 0.001 } },
      schedule: { name: 'exponential', warmupEpochs: 0.5 },
      ...{ epochs: 6, batchSize: 16, order: { name: 'curriculum', by: 'b', epochs: 3 } },
      ...{
        clipNorm: 0.5,
        accumulate: 2,
        labelSmoothing: 0.05,
        metric: 'trainLoss',
        earlyStopping: { patience: 5 },
        keepBest: 2,
      },
    })
  })

  it('goes on bit for bit where it was interrupted', async () => {
    const run = unfinished(1)
    const options = ['--momentum', '0.8', '--order', 'curriculum', '--patience', '5', '--batch-norm']
    const { code, events } = await thalweg('train', '--resume', run, ...options, '--json', '--quiet')
    expect(code).toBe(0)
    expect(events.find(({ type }) => type === 'start')?.step).toBeLessThan(12)
    expect(await digestOf(run)).toBe(await digestOf(whole))
    expect(readFileSync(join(run, 'model.safetensors'))).toEqual(readFileSync(join(whole, 'model.safetensors')))
  })

  it.each([
    ['--momentum', '0.9', '0.8'],
    ['--order', 'shuffled', 'curriculum'],
    ['--patience', '6', '5'],
    ['--no-batch-norm', undefined, 'true'],
    ['--schedule', 'cosine', 'exponential'],
  ])('refuses another %s', async (option, value, before) => {
    const { code, stderr } = await thalweg('train', '--resume', unfinished(1), option, ...(value ? [value] : []))
    expect([code, stderr]).toEqual([2, expect.stringContaining(`it was ${before}`)])
  })

  it('keeps the checkpoints of the best epochs, and ends with the weights of the best', async () => {
    const { snapshot } = await latestCheckpoint(join(whole, 'checkpoints'))
    const [best, second] = snapshot.best
    const files = readdirSync(join(whole, 'checkpoints')).join()
    for (const { step } of [best, second]) expect(files).toContain(`step-${String(step).padStart(8, '0')}`)
    const weights = await loadWeights(whole)
    for (const [path, { data }] of Object.entries(weights)) {
      expect(data).toEqual(snapshot.arrays.get(`best/${best.epoch}/${path}`)?.data)
    }
  })
})

describe('the weights that count', () => {
  const args = ['xor', '--epochs', '4', '--schedule', 'fixed', '--checkpoint-every', '5', '--json']
  const norm = ['--batch-norm']

  it.each([
    ['an average', [...norm, '--average', 'ema:decay=0.9']],
    ['a mean of the last epochs', [...norm, '--average', 'swa']],
    ['exact statistics', ['--batch-norm', 'exact']],
    ['statistics of the article', ['--batch-norm', 'article']],
  ])('%s: tested, saved, predicted with, and the same after a break', async (_, options) => {
    const folder = emptyFolder()
    const [plain, whole, cut] = ['plain', 'whole', 'cut'].map((name) => join(folder, name))
    const { events } = await thalweg('train', ...args, ...norm, '--out', plain)
    const asked = await thalweg('train', ...args, ...options, '--out', whole)
    expect(asked.stderr.replaceAll(/\s+/g, ' ')).toMatch(/; it ends with the average|; batch norm ends with/)
    expect(asked.events.at(-1)?.testLoss).not.toBe(events.at(-1)?.testLoss)
    // What is trained is the same: the epochs are.
    const epochs = (list: typeof events) =>
      list.filter(({ type }) => type === 'epoch').map(({ trainLoss }) => trainLoss)
    expect(epochs(asked.events)).toEqual(epochs(events))
    expect(readFileSync(join(whole, 'model.safetensors'))).not.toEqual(readFileSync(join(plain, 'model.safetensors')))
    const interrupted = await thalwegRead(
      (text) => !text.includes('"epoch":3'),
      ...['train', ...args, ...options, '--out', cut],
    )
    expect(interrupted.code).toBe(130)
    const again = await thalweg('train', '--resume', cut, ...options, '--json', '--quiet')
    expect(again.events.at(-1)?.testLoss).toBe(asked.events.at(-1)?.testLoss)
    expect(readFileSync(join(cut, 'model.safetensors'))).toEqual(readFileSync(join(whole, 'model.safetensors')))
  })

  it('are averages in a run that is not finished, too', async () => {
    const run = join(emptyFolder(), 'run')
    await thalwegRead(
      (text) => !text.includes('"epoch":3'),
      'train',
      ...args,
      ...norm,
      '--average',
      'ema',
      '--out',
      run,
    )
    const { snapshot } = await latestCheckpoint(join(run, 'checkpoints'))
    const counted = modelArrays(snapshot)['dense1.weight'].data
    expect(counted).toEqual(snapshot.arrays.get('average/dense1.weight')?.data)
    expect(counted).not.toEqual(snapshot.arrays.get('model/dense1.weight')?.data)
  })

  it.each([
    [['--average', 'emma'], 'did you mean "ema"'],
    [['--average', 'ema:decay=2'], '--average: ema: decay must'],
    [['--average', 'swa:startEpoch'], 'a name, with options after a colon'],
    [['--batch-norm', 'population'], 'try: --batch-norm article'],
    [['--batch-norm', 'exact', '--no-batch-norm'], '--batch-norm and --no-batch-norm must not stand together'],
    [['--no-batch-norm', '--batch-norm'], 'received: both'],
    [['--optimizer', 'NAG'], 'try: --optimizer nesterov'],
    [['--ensemble', '1'], 'try: --ensemble 5'],
    [['--batch-norm', 'exat'], '--batch-norm must name statistics: moving, article, exact'],
  ])('refuses %j', async (options, message) => {
    const { code, stderr } = await thalweg('train', 'xor', ...options)
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})

describe('early stopping', () => {
  it('is told by events, and predict uses the best weights', async () => {
    const out = join(emptyFolder(), 'run')
    // The metric gets no better after the first epoch: the rate is next to nothing.
    const rate = ['--optimizer', 'sgd', '--schedule', 'fixed', '--learning-rate', '1e-30', '--metric', 'validAccuracy']
    const { code, events, stderr } = await thalweg(
      ...['train', 'moons', '--epochs', '50', ...rate, '--patience', '2', '--json', '--out', out],
    )
    expect(code).toBe(0)
    expect(events.find(({ type }) => type === 'stop')).toMatchObject({ epoch: 3, reason: 'patience', waited: 2 })
    expect(events.find(({ type }) => type === 'restore')).toMatchObject({ epoch: 1, metric: 'validAccuracy' })
    expect(events.at(-1)).toMatchObject({ type: 'end', epochs: 3, bestEpoch: 1 })
    expect(stderr).toMatch(/stopped after epoch 3: validAccuracy has not been higher\s+than\s+[\d.]{1,6}\s+of epoch 1/)
    expect(JSON.parse(readFileSync(join(out, 'run.json'), 'utf8'))).toMatchObject({ epochs: 3, bestEpoch: 1 })
  })
})
