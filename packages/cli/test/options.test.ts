/** Options of `thalweg train` that reach what an experiment file reaches, and schedules drawn before training. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

const SHORT = ['--epochs', '2', '--json', '--quiet']

it('saves the preprocessing that it was told, predicts with it, and goes on with no other', async () => {
  const folder = emptyFolder()
  const run = join(folder, 'run')
  const { events } = await thalweg('train', 'moons', '--preprocess', 'min-max:low=-1,pca', ...SHORT, '--out', run)
  expect(events.at(-1)).toMatchObject({ type: 'end', epochs: 2 })
  const saved = JSON.parse(readFileSync(join(run, 'preprocessing.json'), 'utf8'))
  expect(saved.transforms).toMatchObject([{ kind: 'min-max', low: -1, high: 1 }, { kind: 'pca' }])
  const measured = await thalweg('test', run, '--json', '--quiet')
  expect(measured.events.at(-1)).toMatchObject({ accuracy: events.at(-1)?.testAccuracy })
  writeFileSync(join(folder, 'new.csv'), '0.1,0.2\n')
  expect((await thalweg('predict', run, join(folder, 'new.csv'))).code).toBe(0)
  const other = await thalweg('train', '--resume', run, '--preprocess', 'robust')
  expect(other.stderr).toContain('received: robust, it was min-max:low=-1,pca')
})

it('penalizes and holds weights, clips, and stops by a smallest change', async () => {
  // Two steps, and nobody watches: what is asked is whether each reaches the step at all.
  const rest = ['--batch-size', 'all', '--babysit', 'off', '--schedule', 'fixed', '--learning-rate', '0.1']
  const brief = [...SHORT, ...rest]
  const losses = new Map<string, unknown>()
  for (const options of [
    ...['', '--penalty l1=0.1', '--penalty l2=1,l1=0.01', '--max-norm 0.2', '--clip-value 1e-7'],
    ...['--clip-parameter-norm 1e-7', '--lookahead syncSteps=1', '--momentum 0.5 --final-momentum 0.9'],
  ]) {
    const words = ['--optimizer', 'sgd', ...(options === '' ? [] : options.split(' '))]
    const { events } = await thalweg('train', 'xor', ...words, ...brief, '--out', join(emptyFolder(), 'run'))
    losses.set(options, events.at(-1)?.testLoss)
  }
  expect(new Set(losses.values()).size).toBe(8)
  const stopped = await thalweg(
    ...['train', 'xor', '--patience', '1', '--min-delta', '100', ...rest, '--epochs', '9', '--json', '--quiet'],
    ...['--out', join(emptyFolder(), 'run')],
  )
  expect(stopped.events.at(-1)).toMatchObject({ epochs: 2 })
})

it("takes --momentum for Adam's beta1 where a schedule begins there, and says in the beginning what a step is made of", async () => {
  const run = join(emptyFolder(), 'run')
  const words = ['--preprocess', 'robust', '--penalty', 'l2=0.001', '--lookahead', 'syncSteps=3', '--warmup', '1']
  const momentum = ['--momentum', '0.5', '--final-momentum', '0.9', '--schedule', 'fixed', '--babysit', 'off']
  const { stdout } = await thalweg('train', 'xor', ...momentum, ...words, '--epochs', '2', '--out', run)
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
    'inputs robust recipe adam, rate 0.02 after 1 epoch of warm-up, batches of 32, 2 epochs, seed 1 ' +
      'update lookahead syncSteps 3, momentum towards 0.9, penalty l2=0.001 run',
  )
  expect(stdout).toContain('nobody watched (--babysit off)')
  expect(JSON.parse(readFileSync(join(run, 'manifest.json'), 'utf8')).recipe.optimizer.options.beta1).toBe(0.5)
  expect((await thalweg('train', '--resume', run, '--momentum', '0.6')).stderr).toContain('received: 0.6, it was 0.5')
})

it.each([
  [['moons', '--augment', 'flip'], 'it is for images by name'],
  [['moons', '--preprocess', 'standarize'], 'did you mean "standardize"'],
  [['moons', '--penalty', 'l3=1'], '--penalty must be l1 or l2'],
  [['moons', '--min-delta', '0.1'], '--patience 5'],
  [['moons', '--norm', 'group'], '--norm layer'],
  [['moons', '--norm', 'layer', '--batch-norm'], 'a network that --batch-norm normalizes already'],
  [['moons', '--lookahead', 'slowShare=2'], '--lookahead: lookahead: slowShare must lie in (0, 1]'],
  [['moons', '--optimizer', 'adagrad', '--final-momentum', '0.9'], 'the optimizer adagrad without a momentum'],
  [['moons', '--clip-norm', '1', '--clip-value', '1'], 'gradients that --clip-norm clips already'],
  [['moons', '--final-momentum', '0.9'], 'a momentum that is 0.9 from the beginning'],
  [['moons', '--penalty', 'l1=1,l1=2'], 'l1 twice, in l1=1,l1=2'],
  [['moons', '--penalty', '0.1'], '--penalty must be l1 or l2'],
  [['--lookahead', 'moons'], '--lookahead must stand alone, or before its options\nreceived: moons'],
  [['moons', '--norm', 'batch'], 'try: --batch-norm'],
  [['moons', '--babysit', 'fi'], 'did you mean "fix"'],
  [['moons', '--lookahead', 'syncSteps=2000', '--epochs', '2'], 'received: syncSteps 2000, 44 updates in all'],
  [['moons', '--lookahead', 'slowShare=1'], 'slow weights that go all the way'],
  [['moons', '--average', 'swa', '--epochs', '1'], 'must take in more than the last weights'],
  [['moons', '--average', 'swa:startEpoch=4', '--epochs', '4'], 'try: give startEpoch 3'],
  [['moons', '--average', 'swa:startEpoch=0'], 'the number of an epoch, from 1'],
  [['moons', '--schedule', 'plateau', '--epochs', '5'], 'try: --epochs 6 or more'],
  [['moons', '--schedule', 'oneCycle', '--epochs', '3', '--batch-size', 'all'], '3 updates, too few for a rise'],
  [['moons', '--schedule', 'fixed', '--warmup', '0.001'], 'less than one'],
  [['moons', '--final-momentum', '0.5', '--epochs', '1', '--batch-size', 'all'], 'a run of one update'],
  [['moons', '--epochs', '2', '--batch-size', '8', '--epochs', '3'], '--epochs may be given once\nreceived: 2, then 3'],
  [['moons', '--lookahead', 'syncSteps=2', '--lookahead'], 'received: syncSteps=2, then alone'],
  [['t.csv', '--column', 'a=class', '--column', 'b=class', '--column', 'a=number'], 'received: a twice'],
  [['moons', '--ensemble', '2', '--babysit', 'fix'], 'members are watched and not mended'],
  [['moons', '--workers', '2'], 'a single network, which is trained in one process'],
  [['moons', '--snapshots', '2', '--ensemble', '2'], 'networks of their own, or the minima of one'],
  [['moons', '--snapshots', '2', '--keep-best', '2'], '--keep-best has no place in a snapshot ensemble'],
  [['moons', '--preprocess', 'robust:quantiles=0.9..0.1'], 'try: give 0.25..0.75'],
  [['moons', '--schedule', 'cosine', '--epochs', '3', '--warmup', '3'], 'leave epochs to the schedule itself'],
  [
    ['moons', '--metric', 'validAccuracy', '--patience', '2', '--baseline', '90'],
    'below 1, the best that validAccuracy can be',
  ],
])('refuses %j before anything is announced', async (args, message) => {
  const { code, stdout, stderr } = await thalweg('train', ...args)
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)])
})

it('draws a schedule before anything is trained by it', async () => {
  const { stdout } = await thalweg('plot', '--schedule', 'linear', '--epochs', '4', '--learning-rate', '0.2')
  const [top, ...rows] = stdout.split('\n').map((line) => line.slice(13))
  expect(stdout.trimStart().startsWith('0.2 ')).toBe(true)
  // It only falls: each row is at least as long as the one above.
  const lengths = [top, ...rows.slice(0, 7)].map((row) => row.length)
  expect(lengths).toEqual(lengths.toSorted((a, b) => a - b))
  expect(lengths[0]).toBeLessThan(10)
  expect(lengths[7]).toBeGreaterThan(55)

  const file = join(emptyFolder(), 'rates.svg')
  const { events } = await thalweg('plot', '--schedule', 'linear', '--epochs', '4', '--svg', file, '--json')
  expect(events[0]).toMatchObject({ type: 'rates', schedule: 'linear', rates: { length: 400, 0: 0.1, 200: 0.05 } })
  expect(readFileSync(file, 'utf8')).toContain('Learning rate of linear')
  for (const [args, message] of [
    [['--schedule', 'plateau'], 'which follows what validation says'],
    [['--schedule', 'lineer'], 'did you mean "linear"'],
    [['run', '--epochs', '3'], 'run and options of a schedule'],
    [[], 'received: neither'],
    [['--schedule', 'cosine', '--svg', 'a.svg', '--out', 'b.svg'], 'only one of them may be given'],
  ] as const) {
    expect((await thalweg('plot', ...args)).stderr).toContain(message)
  }
})
