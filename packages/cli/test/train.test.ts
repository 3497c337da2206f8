/** `thalweg train` as a program sees it: events, exit codes, and what lies on the disk afterwards. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultEngine } from 'thalweg/compile'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { lockFolder } from '../src/run/lock.ts'
import { digestOf, emptyFolder, thalweg, thalwegRead } from './command.ts'

const epochEvent = z.strictObject({
  type: z.literal('epoch'),
  epoch: z.number().int().positive(),
  step: z.number().int().positive(),
  trainLoss: z.number(),
  trainAccuracy: z.number().min(0).max(1).optional(),
  validLoss: z.number().optional(),
  validAccuracy: z.number().min(0).max(1).optional(),
  validR2: z.number().max(1).optional(),
  learningRate: z.number().positive(),
  seconds: z.number().positive(),
})

const compileEvent = z.strictObject({
  type: z.literal('compile'),
  purpose: z.enum(['train', 'evaluate']),
  shape: z.array(z.number().int()),
  ms: z.number().positive(),
  kernels: z.number().int().positive(),
  arenaBytes: z.number().int(),
})

const codes = z.array(z.string())
const endFields = {
  type: z.literal('end'),
  testLoss: z.number(),
  epochs: z.number().int(),
  seconds: z.number(),
  health: z.strictObject({
    came: z.literal('finished'),
    watched: z.enum(['all', 'part', 'none']),
    ...{ errors: codes, warnings: codes, notes: codes, mended: codes },
  }),
  run: z.string(),
}
const classEnd = z.strictObject({ ...endFields, testAccuracy: z.number().min(0).max(1) })
const numberEnd = z.strictObject({ ...endFields, testR2: z.number().max(1) })

/** A small table: y is nearly a plane over a and b, kind says on which side of it a row lies. */
function writeTable(folder: string, rows = 80): string {
  const lines = ['a,b,colour,y,kind']
  for (let i = 0; i < rows; i++) {
    const a = Math.sin(i * 12.9) * 3
    const b = Math.cos(i * 7.3) * 40
    lines.push(`${a},${b},${i % 3 ? 'red' : 'blue'},${(2 * a - b / 10).toFixed(4)},${a > b / 40 ? 'above' : 'below'}`)
  }
  const file = join(folder, 'table.csv')
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

describe('thalweg train', () => {
  it('keeps the contract of --json: one event a line, the last is the end', async () => {
    const out = join(emptyFolder(), 'run')
    const { code, events, stderr } = await thalweg('train', 'xor', '--epochs', '3', '--json', '--out', out)
    expect(code).toBe(0)
    for (const event of events.filter(({ type }) => type === 'epoch')) epochEvent.parse(event)
    for (const event of events.filter(({ type }) => type === 'compile')) compileEvent.parse(event)
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(3)
    expect(classEnd.parse(events.at(-1))).toMatchObject({ epochs: 3, run: out })
    expect(stderr).toContain('test accuracy')
  })

  it('says in words, on standard output, one line an epoch and a table at the end', async () => {
    const out = join(emptyFolder(), 'run')
    const { code, stdout, stderr } = await thalweg('train', 'xor', '--epochs', '2', '--out', out)
    expect(code).toBe(0)
    expect(stderr).toBe('')
    expect(stdout).toMatch(/epoch +train loss +accuracy +valid loss +accuracy/)
    expect(stdout.match(/^ +[12]\/2 /gm)).toHaveLength(2)
    expect(stdout).toMatch(/test accuracy +\d+\.\d\d%/)
    expect(stdout).toContain(`thalweg predict ${out}`)
    expect(stdout).not.toContain('\u001b')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(Math.max(80, out.length + 60))
  })

  it('saves and stops when the reader of standard output has gone, and goes on to the same bits', async () => {
    const folder = emptyFolder()
    const [cut, whole] = [join(folder, 'cut'), join(folder, 'whole')]
    const args = ['train', 'xor', '--epochs', '3', '--json']
    const { code, events, stderr } = await thalwegRead(
      (text) => !text.includes('"type":"epoch"'),
      ...args,
      '--out',
      cut,
    )
    expect([code, events.at(-1)?.type]).toEqual([130, 'epoch'])
    expect(stderr).toContain(`thalweg train --resume ${cut}`)
    await thalweg('train', '--resume', cut, '--quiet')
    await thalweg(...args, '--quiet', '--out', whole)
    expect(await digestOf(cut)).toBe(await digestOf(whole))
  })

  it('tells people where the run lies when the words that they read have been cut off', async () => {
    const out = join(emptyFolder(), 'run')
    const { code, stderr } = await thalwegRead(
      (text) => !text.includes('1/3'),
      'train',
      'xor',
      '--epochs',
      '3',
      '--out',
      out,
    )
    expect([code, stderr]).toEqual([130, expect.stringContaining(`thalweg train --resume ${out}`)])
  })

  it('leaves Ctrl-C to the system while it compiles, and listens from the first step on', async () => {
    const before = process.listenerCount('SIGINT')
    const listening = new Map<string, number>()
    const look = (text: string): boolean => {
      const type = text.match(/"type":"(\w+)"/)?.[1] ?? ''
      listening.set(type, Math.max(listening.get(type) ?? 0, process.listenerCount('SIGINT') - before))
      return true
    }
    await thalwegRead(look, 'train', 'xor', '--epochs', '1', '--json', '--quiet', '--out', join(emptyFolder(), 'run'))
    expect([listening.get('compile'), listening.get('start'), listening.get('epoch')]).toEqual([0, 1, 1])
    expect(process.listenerCount('SIGINT')).toBe(before)
  })

  it('says nothing at all with --quiet', async () => {
    const out = join(emptyFolder(), 'run')
    expect(await thalweg('train', 'xor', '--epochs', '1', '--quiet', '--out', out)).toMatchObject({
      stdout: '',
      stderr: '',
    })
  })

  it('leaves a run folder', async () => {
    const out = join(emptyFolder(), 'run')
    await thalweg('train', 'moons', '--epochs', '2', '--seed', '5', '--quiet', '--out', out)
    expect(readdirSync(out).sort()).toEqual([
      'case.jsonl',
      'checkpoints',
      'manifest.json',
      'metrics.jsonl',
      'model.safetensors',
      'preprocessing.json',
      'report.html',
      'result.json',
      'run.json',
    ])
    expect(
      readdirSync(join(out, 'checkpoints')).every((file) => /^step-\d{8}([.]best)?[.]safetensors$/.test(file)),
    ).toBe(true)
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({ name: 'moons', seed: 5, recipe: { epochs: 2, optimizer: { name: 'adam' } } })
    const metrics = readFileSync(join(out, 'metrics.jsonl'), 'utf8').trim().split('\n')
    expect(metrics.map((line) => epochEvent.parse(JSON.parse(line)).epoch)).toEqual([1, 2])
  })

  it('clears what processes left that were killed while they made a folder, and nothing else', async () => {
    const folder = emptyFolder()
    const { pid } = spawnSync(process.execPath, ['--version'])
    const holder = (id: number): string => JSON.stringify({ pid: id, host: hostname(), since: 'earlier' })
    for (const [name, id] of [
      ['.dead.01234567.thalweg.tmp', pid],
      ['.alive.01234567.thalweg.tmp', process.pid],
      ['.other.01234567.tmp', pid],
    ] as const) {
      mkdirSync(join(folder, name, 'checkpoints'), { recursive: true })
      writeFileSync(join(folder, name, '.lock-0123abcd.json'), holder(id))
    }
    mkdirSync(join(folder, '.begun.01234567.thalweg.tmp'))
    await thalweg('train', 'xor', '--epochs', '1', '--quiet', '--out', join(folder, 'run'))
    const left = ['.alive.01234567.thalweg.tmp', '.begun.01234567.thalweg.tmp', '.other.01234567.tmp', 'run']
    expect(readdirSync(folder).sort()).toEqual(left)
  })

  it('tells numbers from classes in a table, and scores each in its own way', async () => {
    const folder = emptyFolder()
    const file = writeTable(folder)
    const numbers = await thalweg('train', file, '--target', 'y', '--json', '--quiet', '--out', join(folder, 'numbers'))
    expect(numberEnd.parse(numbers.events.at(-1)).testR2).toBeGreaterThan(0.7)
    const classes = await thalweg(
      'train',
      file,
      '--target',
      'kind',
      '--json',
      '--quiet',
      '--out',
      join(folder, 'classes'),
    )
    expect(classEnd.parse(classes.events.at(-1)).testAccuracy).toBeGreaterThan(0.7)
  })

  it('gives the same weights for the same seed', async () => {
    const folder = emptyFolder()
    for (const [name, seed] of [
      ['one', '3'],
      ['two', '3'],
      ['other', '4'],
    ]) {
      await thalweg('train', 'xor', '--epochs', '1', '--seed', seed, '--quiet', '--out', join(folder, name))
    }
    expect(await digestOf(join(folder, 'two'))).toBe(await digestOf(join(folder, 'one')))
    expect(await digestOf(join(folder, 'other'))).not.toBe(await digestOf(join(folder, 'one')))
  })

  it('computes on as many threads as it is told, with the same result', async () => {
    const folder = emptyFolder()
    for (const threads of ['1', '2']) {
      await thalweg('train', 'xor', '--epochs', '1', '--threads', threads, '--quiet', '--out', join(folder, threads))
      const features = threads === '1' ? '1 thread' : '2 threads'
      expect(defaultEngine().backend.features).toContain(features)
    }
    expect(await digestOf(join(folder, '2'))).toBe(await digestOf(join(folder, '1')))
  })

  it('takes what a column holds from the command line, where its cells do not show it', async () => {
    const folder = emptyFolder()
    const file = join(folder, 'table.csv')
    const rows = Array.from({ length: 90 }, (_, i) => `${i % 7 === 0 ? 'none' : i * 0.37},${(i * 31) % 45},${i + 100}`)
    writeFileSync(file, `a,grade,id\n${rows.join('\n')}\n`)
    const train = (...args: string[]) =>
      thalweg(
        'train',
        file,
        '--target',
        'grade',
        '--epochs',
        '1',
        '--json',
        '--quiet',
        '--out',
        join(folder, 'run'),
        ...args,
      )
    expect((await train()).stderr).toContain('--column a=class')
    const { events, stderr } = await train('--column', 'a=class', '--column', 'grade=class', '--column', 'id=ignore')
    expect([classEnd.parse(events.at(-1)).epochs, stderr]).toEqual([1, ''])
    const { columns, data } = JSON.parse(readFileSync(join(folder, 'run', 'manifest.json'), 'utf8'))
    expect([columns, data.target.classes.slice(0, 3)]).toEqual([
      { a: 'category', grade: 'category', id: 'ignore' },
      ['0', '1', '2'],
    ])
    expect((await thalweg('predict', join(folder, 'run'), file)).code).toBe(0)
    rmSync(join(folder, 'run', 'result.json'))
    const other = await thalweg('train', '--resume', join(folder, 'run'), '--column', 'a=ignore')
    expect(other.stderr).toContain(
      '--column must be what it was when the run began\nreceived: a=ignore, it was a=class, ',
    )
  })

  it('trains an experiment file, from wherever it lies', async () => {
    const folder = emptyFolder()
    const file = join(folder, 'small.experiment.ts')
    writeFileSync(
      file,
      `import { crossEntropy, dense, sequential, tanh } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { split, xor } from 'thalweg/data'
import { defineExperiment } from 'thalweg/train'
const size: number = 60
export default defineExperiment({
  name: 'mine',
  data: ({ seed }) => split(xor({ size, seed }), { seed }),
  model: sequential(dense(4), tanh(), dense(2)),
  loss: crossEntropy(),
  optimizer: sgd({ learningRate: 0.1 }),
  epochs: 2,
})
`,
    )
    const out = join(folder, 'run')
    const { code, events } = await thalweg('train', file, '--json', '--quiet', '--out', out)
    expect([code, classEnd.parse(events.at(-1)).epochs]).toEqual([0, 2])
    expect(readdirSync(out)).toContain('experiment.ts')
    const points = join(folder, 'points.csv')
    writeFileSync(points, 'x,y\n0.5,0.5\n-0.5,0.5\n')
    expect((await thalweg('predict', out, points)).stdout.split('\n')[0]).toBe('class,p(0),p(1)')
  })
})

describe('thalweg train --resume', () => {
  let home = ''
  let whole = ''

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'thalweg-resume-'))
    whole = join(home, 'whole')
    const options = ['--epochs', '4', '--batch-size', '100', '--checkpoint-every', '3', '--quiet']
    await thalweg('train', 'xor', ...options, '--out', whole)
  })
  afterAll(() => rmSync(home, { recursive: true, force: true }))

  /** The run as an interruption leaves it: without its end, and with the oldest `keep` of its checkpoints. */
  function unfinished(keep: number): string {
    const run = join(emptyFolder(), 'run')
    cpSync(whole, run, { recursive: true })
    rmSync(join(run, 'result.json'))
    for (const file of checkpointsOf(run).slice(keep)) rmSync(join(run, 'checkpoints', file))
    return run
  }

  function checkpointsOf(run: string): string[] {
    return readdirSync(join(run, 'checkpoints')).sort()
  }

  it('goes on to the same weights as the uninterrupted run', async () => {
    const run = unfinished(1)
    const { code, events } = await thalweg('train', '--resume', run, '--json', '--quiet')
    expect(code).toBe(0)
    const start = events.find(({ type }) => type === 'start')
    expect(start).toMatchObject({ seed: 1, step: expect.any(Number) })
    expect(start?.step).toBeGreaterThan(0)
    expect(await digestOf(run)).toBe(await digestOf(whole))
    const epochs = readFileSync(join(run, 'metrics.jsonl'), 'utf8').trim().split('\n')
    expect(epochs.map((line) => JSON.parse(line).epoch)).toEqual([1, 2, 3, 4])
  })

  it('falls back to the checkpoint before a torn one, with a note', async () => {
    const run = unfinished(3)
    const torn = checkpointsOf(run).at(-1) as string
    truncateSync(join(run, 'checkpoints', torn), 1000)
    const { code, events } = await thalweg('train', 'xor', '--resume', run, '--json', '--quiet')
    expect(code).toBe(0)
    expect(events[0]).toMatchObject({ type: 'note', code: 'train/bad-checkpoint' })
    expect(events[0].message).toContain(torn)
    expect(await digestOf(run)).toBe(await digestOf(whole))
  })

  it('says so where none is whole, and what can be done', async () => {
    const run = unfinished(2)
    for (const file of checkpointsOf(run)) truncateSync(join(run, 'checkpoints', file), 1000)
    const { code, stderr } = await thalweg('train', '--resume', run)
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/received: 2 that are not; .*\ntry: copy the folder again/),
    ])
  })

  it('names the version that wrote a run that this one cannot read, and not its own schema', async () => {
    const run = unfinished(1)
    const file = join(run, 'manifest.json')
    const { recipe, ...manifest } = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...manifest, recipe: { ...recipe, order: undefined } }))
    for (const args of [
      ['train', '--resume', run],
      ['predict', run, 'x.csv'],
      ['plot', run],
    ]) {
      const { code, stderr } = await thalweg(...args)
      expect([code, stderr.trim().split('\n')]).toEqual([
        2,
        [
          `read ${file}: it must be what a run of this version writes`,
          expect.stringMatching(/^received: one of thalweg \S+, of 20\d\d-\d\d-\d\d, where recipe[.]order is not as/),
          'try: use the version that made it, or begin a new run with thalweg train',
        ],
      ])
    }
  })

  it('begins again where no checkpoint was made yet', async () => {
    const run = unfinished(0)
    expect(await thalweg('train', '--resume', run, '--quiet')).toMatchObject({ code: 0 })
    expect(await digestOf(run)).toBe(await digestOf(whole))
  })

  it.each([
    ['another seed', ['--seed', '2'], /--seed must be what it was/],
    ['another target', ['moons'], /the target must be what it was/],
    ['another rate', ['--learning-rate', '0.5'], /--learning-rate must be/],
    ['another folder', ['--out', 'elsewhere'], /--out must be/],
  ])('refuses %s', async (_, args, message) => {
    const run = unfinished(1)
    const { code, stderr } = await thalweg('train', ...args, '--resume', run)
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 3])
    expect(stderr).toMatch(message)
  })

  it('refuses a run that another process works on, and takes over from a dead one', async () => {
    const run = unfinished(1)
    const other = await lockFolder(run)
    const { code, stderr } = await thalweg('train', '--resume', run)
    expect([code, stderr.trim().split('\n')]).toEqual([
      2,
      [
        `train: one process at a time works on ${run}`,
        expect.stringMatching(`received: process ${process.pid}, which has it since 20`),
        `try: wait until it is done, or end it with kill ${process.pid}`,
      ],
    ])
    other.release(run)
    const { pid } = spawnSync(process.execPath, ['--version'])
    writeFileSync(join(run, '.lock-0123abcd.json'), JSON.stringify({ pid, host: hostname(), since: 'earlier' }))
    expect(await thalweg('train', '--resume', run, '--quiet')).toMatchObject({ code: 0, stderr: '' })
    expect(readdirSync(run).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('goes on for more epochs than it began with where the schedule runs on, to the same bits as one that began with them', async () => {
    const folder = emptyFolder()
    const [grown, whole] = [join(folder, 'grown'), join(folder, 'whole')]
    const train = (...args: string[]) => thalweg('train', ...args, '--json', '--quiet')
    await train('xor', '--schedule', 'cyclic', '--epochs', '2', '--out', grown)
    await train('xor', '--schedule', 'cyclic', '--epochs', '4', '--out', whole)
    expect((await train('--resume', grown)).stderr).toContain('or more than 2 --epochs')
    expect((await train('--resume', grown, '--epochs', '1')).stderr).toContain('--epochs may only grow')
    const { code, events } = await train('--resume', grown, '--epochs', '4')
    expect([code, classEnd.parse(events.at(-1)).epochs]).toEqual([0, 4])
    expect(await digestOf(grown)).toBe(await digestOf(whole))
    expect(JSON.parse(readFileSync(join(grown, 'manifest.json'), 'utf8')).recipe.epochs).toBe(4)
    // One cycle would have gone another way from its first step on.
    const refused = await train('--resume', unfinished(1), '--epochs', '8')
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/8, it was 4, with the schedule one-cycle\ntry: a new/),
    ])
  })

  it('refuses a run that is finished, and data that changed', async () => {
    const folder = emptyFolder()
    const file = writeTable(folder)
    const run = join(folder, 'run')
    await thalweg('train', file, '--target', 'y', '--epochs', '2', '--quiet', '--out', run)
    expect((await thalweg('train', '--resume', run)).stderr).toMatch(/must not have come to its end/)
    rmSync(join(run, 'result.json'))
    writeFileSync(file, readFileSync(file, 'utf8').replace('red', 'blue'))
    const { code, stderr } = await thalweg('train', '--resume', run)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/the data must be what it was/)])
  })
})

describe('wrong usage and bad input', () => {
  const cases: readonly [what: string, args: readonly string[], message: RegExp][] = [
    ['no target', ['train'], /there must be something to train on/],
    ['an unknown name', ['train', 'digitz'], /one of digits, mnist/],
    ['an unknown command', ['trian'], /try: train/],
    ['help for an unknown command', ['trian', '--help'], /try: train/],
    ['help with an unknown command', ['help', 'trian'], /try: train/],
    ['an unknown option', ['train', 'xor', '--epoch', '3'], /try: --epochs/],
    ['a missing value', ['predict', '--out'], /must have a value/],
    ['batch size 0', ['train', 'xor', '--batch-size', '0'], /--batch-size must be an integer/],
    ['a negative rate', ['train', 'xor', '--learning-rate', '-1'], /--learning-rate must be/],
    ['an unknown optimizer', ['train', 'xor', '--optimizer', 'adem'], /did you mean "adam"/],
    ['an optimizer around another', ['train', 'xor', '--optimizer', 'lookahead'], /lookahead\(adam\(\)\) in an exp/],
    ['another one, with a dash', ['train', 'xor', '--optimizer', 'decoupled-decay'], /try: --optimizer adamw/],
    ['an unknown schedule', ['train', 'xor', '--schedule', 'cosin'], /cosine/],
    ['an unknown activation', ['train', 'xor', '--activation', 'rellu'], /relu/],
    ['an unknown order', ['train', 'xor', '--order', 'shufled'], /shuffled/],
    ['an unknown metric', ['train', 'xor', '--metric', 'valid-loss'], /validLoss/],
    ['a metric of another task', ['train', 'xor', '--metric', 'validR2'], /one of validLoss, validAccuracy/],
    ['an unknown initialization', ['train', 'xor', '--init', 'xaver'], /xavier/],
    ['a metric that no member has', ['train', 'xor', '--ensemble', '2', '--metric', 'validR2'], /one of validLoss/],
    ['an initialization that no member has', ['train', 'xor', '--ensemble', '2', '--init', 'xaver'], /xavier/],
    ['a probability of 1', ['train', 'xor', '--dropout', '1'], /--dropout must be .* below 1/],
    ['no patience', ['train', 'xor', '--patience', '0'], /--patience must be an integer of at least 1/],
    ['momentum for adam', ['train', 'xor', '--momentum', '0.9'], /try: --optimizer sgd/],
    ['a warm-up before a warm-up', ['train', 'xor', '--warmup', '1'], /begins with a rise of its own/],
    ['a curriculum that is none', ['train', 'xor', '--curriculum-by', 'loss'], /try: --order curriculum/],
    ['a column where there are none', ['train', 'xor', '--order', 'curriculum', '--curriculum-by', 'x'], /by loss/],
    [
      'an unknown column of a curriculum',
      ['train', 'FOLDER/table.csv', '--target', 'y', '--order', 'curriculum', '--curriculum-by', 'colur'],
      /colour/,
    ],
    [
      'label smoothing for numbers',
      ['train', 'FOLDER/table.csv', '--target', 'y', '--label-smoothing', '0.1'],
      /it is for classes/,
    ],
    ['dropout for an experiment', ['train', 'FOLDER/shapes.ts', '--dropout', '0.1'], /a model and a loss of its own/],
    ['a missing file', ['train', 'nowhere.csv', '--target', 'y'], /nowhere\.csv: the file must exist/],
    ['no target column', ['train', 'FOLDER/table.csv'], /try: --target kind, or another of a, b/],
    ['an unknown target column', ['train', 'FOLDER/table.csv', '--target', 'kinds'], /did you mean "kind"/],
    ['an empty CSV', ['train', 'FOLDER/empty.csv', '--target', 'y'], /a header and at least one row/],
    ['a header without rows', ['train', 'FOLDER/header.csv', '--target', 'b'], /a header and at least one row/],
    ['a text cell in a numeric column', ['train', 'FOLDER/text.csv', '--target', 'b'], /"oops"/],
    ['infinity in the data', ['train', 'FOLDER/infinite.csv', '--target', 'b'], /inf/i],
    ['a ragged row', ['train', 'FOLDER/ragged.csv', '--target', 'b'], /as many cells as the header/],
    ['a quote that is never closed', ['train', 'FOLDER/quote.csv', '--target', 'b'], /comma-separated/],
    ['one class alone', ['train', 'FOLDER/one.csv', '--target', 'b'], /at least two values/],
    ['an empty --data folder', ['train', 'mnist', '--data', 'FOLDER'], /a folder with all four files/],
    [
      'a column without a type',
      ['train', 'FOLDER/table.csv', '--target', 'y', '--column', 'a'],
      /try: --column price=number/,
    ],
    ['a column of an unknown type', ['train', 'FOLDER/table.csv', '--target', 'y', '--column', 'a=numbr'], /"number"/],
    [
      'a type for no column',
      ['train', 'FOLDER/table.csv', '--target', 'y', '--column', 'aa=class'],
      /as in the header/,
    ],
    [
      'a target to be ignored',
      ['train', 'FOLDER/table.csv', '--target', 'y', '--column', 'y=ignore'],
      /try: --column y=n/,
    ],
    ['--column where there are none', ['train', 'xor', '--column', 'x=class'], /it is for tables/],
    ['--target where there are no columns', ['train', 'xor', '--target', 'y'], /--target must mean something/],
    ['--data where there are no files', ['train', 'FOLDER/table.csv', '--data', '.'], /--data must mean something/],
    ['a wrong magic number', ['train', 'mnist', '--data', 'FOLDER/magic'], /magic/],
    ['images and labels of unequal count', ['train', 'mnist', '--data', 'FOLDER/unequal'], /equally many/],
    ['a class that only the test part has', ['train', 'FOLDER/unseen.ts'], /class "1" only in the test split/],
    ['a truncated image file', ['train', 'mnist', '--data', 'FOLDER/images'], /train-images/],
    ['an experiment that does not run', ['train', 'FOLDER/broken.ts'], /the experiment file must run/],
    [
      'an experiment whose data throws',
      ['train', 'FOLDER/throws.ts'],
      /throws.ts: the.+\nreceived: Error: boom \(at data/,
    ],
    ['an experiment without data', ['train', 'FOLDER/null.ts'], /null.ts: data must.+\nreceived: null/],
    [
      'an experiment with a list',
      ['train', 'FOLDER/list.ts'],
      /list.ts: data must.+\nreceived: train that is no dataset/,
    ],
    [
      'a model that throws',
      ['train', 'FOLDER/model.ts'],
      /model.ts: what the file defines.+\nreceived: ReferenceError: oops is not/,
    ],
    [
      'a model that throws in a module that it imports',
      ['train', 'FOLDER/calls.ts'],
      /calls.ts: what the file defines.+\nreceived: Error: boom \(at pick \(.+parts.ts:1:\d+\)\)/,
    ],
    [
      'a module that throws while it is imported',
      ['train', 'FOLDER/imports.ts'],
      /imports.ts: the exp.+\nreceived: Error: at once \(at .+throwing.ts:2:\d+\)/,
    ],
    [
      'a module that cannot be parsed',
      ['train', 'FOLDER/parses.ts'],
      /parses.ts: the exp.+\nreceived: .*Unexpected token \(at .+wrong.ts:1:\d+\)/,
    ],
    [
      'a model that throws what is no error',
      ['train', 'FOLDER/words.ts'],
      /words.ts: what the file defines.+\nreceived: boom\n/,
    ],
    ['an experiment that exports nothing', ['train', 'FOLDER/nothing.ts'], /must export data, model/],
    ['a model whose shapes do not fit', ['train', 'FOLDER/shapes.ts'], /head/],
    ['a run that is none', ['train', '--resume', 'FOLDER'], /a folder that thalweg train made/],
    ['a prediction from no run', ['predict', 'FOLDER', 'x.csv'], /a folder that thalweg train made/],
  ]

  function prepare(): string {
    const folder = emptyFolder()
    writeTable(folder)
    const rows = (...lines: string[]) => `${lines.join('\n')}\n`
    const numbers = Array.from({ length: 30 }, (_, i) => `${i * 0.37},${i % 2}`)
    const experiment = (
      model: string,
      data = '{ train: xor({ size: 20 }) }',
    ) => `import { subset, xor } from 'thalweg/data'
import { crossEntropy, dense, named, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
export default { data: ${data}, model: ${model}, loss: crossEntropy(), optimizer: sgd(), epochs: 1 }
`
    const files: Readonly<Record<string, string>> = {
      'empty.csv': '',
      'header.csv': 'a,b\n',
      'text.csv': rows('a,b', ...numbers, 'oops,1'),
      'infinite.csv': rows('a,b', ...numbers, 'inf,1'),
      'ragged.csv': rows('a,b', ...numbers, '1,2,3'),
      'quote.csv': rows('a,b', ...numbers, '"1,0'),
      'one.csv': rows('a,b', ...numbers.map((line) => `${line.split(',')[0]},same`)),
      'broken.ts': 'export default missing(1)\n',
      'throws.ts': experiment('dense(2)', "() => { throw new Error('boom') }"),
      'null.ts': experiment('dense(2)', 'null'),
      'list.ts': experiment('dense(2)', '() => ({ train: [1, 2] })'),
      'model.ts': experiment('() => oops'),
      'parts.ts': "export function pick(): never { throw new Error('boom') }\n",
      'calls.ts': `import { pick } from './parts.ts'\n${experiment('() => pick()')}`,
      'throwing.ts': "export const part = 1\nthrow new Error('at once')\n",
      'imports.ts': `import './throwing.ts'\n${experiment('dense(2)')}`,
      'wrong.ts': 'export const part = = 1\n',
      'parses.ts': `import './wrong.ts'\n${experiment('dense(2)')}`,
      'words.ts': experiment("() => { throw 'boom' }"),
      'nothing.ts': 'export const model = 1\n',
      'unseen.ts': experiment(
        'sequential(dense(2))',
        '{ train: subset(xor({ size: 20 }), Int32Array.of(0, 2, 4)), test: xor({ size: 20 }) }',
      ),
      'shapes.ts': experiment(`sequential(dense(4), named('head', { ...dense(2), forward: (x) => x.reshape([7]) }))`),
    }
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
    const header = (kind: number, ...sizes: number[]) => [0, 0, 8, kind, ...sizes.flatMap((size) => [0, 0, 0, size])]
    const images = [...header(3, 2, 1, 1), 7, 9]
    writeImages(join(folder, 'images'), images.slice(0, -1), [...header(1, 2), 0, 1])
    writeImages(join(folder, 'magic'), [1, 2, ...images.slice(2)], [...header(1, 2), 0, 1])
    writeImages(join(folder, 'unequal'), images, [...header(1, 3), 0, 1, 2])
    return folder
  }

  function writeImages(folder: string, images: number[], labels: number[]): void {
    mkdirSync(folder)
    for (const part of ['train', 't10k']) {
      writeFileSync(join(folder, `${part}-images-idx3-ubyte`), Uint8Array.from(images))
      writeFileSync(join(folder, `${part}-labels-idx1-ubyte`), Uint8Array.from(labels))
    }
  }

  it.each(cases)('%s: three lines alone, exit code 2, nothing left behind', async (_, args, message) => {
    const folder = prepare()
    const before = readdirSync(folder)
    const out = args[0] === 'train' && !args.includes('--resume') ? ['--out', join(folder, 'run')] : []
    const given = args.map((arg) => arg.replace('FOLDER', folder))
    const outcome = await thalweg(...given, ...out)
    expect(outcome.stderr).toMatch(message)
    expect(outcome.stderr).toMatch(/^[^\n]+\nreceived: [^\n]+\ntry: [^\n]+\n$/)
    expect([outcome.code, outcome.stdout]).toEqual([2, ''])
    expect(readdirSync(folder)).toEqual(before)
  })

  it('tells programs, too', async () => {
    const { events, code } = await thalweg('train', 'digitz', '--json')
    expect(code).toBe(2)
    expect(events).toEqual([
      {
        type: 'error',
        code: 'usage/unknown-target',
        rule: expect.any(String),
        received: 'digitz',
        try: expect.any(String),
      },
    ])
  })

  it('never writes over a run', async () => {
    const out = join(emptyFolder(), 'run')
    await thalweg('train', 'xor', '--epochs', '1', '--quiet', '--out', out)
    const { code, stderr } = await thalweg('train', 'xor', '--epochs', '1', '--out', out)
    expect([code, stderr]).toEqual([2, expect.stringMatching(/holds a finished run/)])
  })

  it('fails with 1 where the loss is no number any more, and keeps the last checkpoint', async () => {
    const out = join(emptyFolder(), 'run')
    const rate = ['--optimizer', 'sgd', '--learning-rate', '3e38', '--batch-size', '100']
    const { code, stderr } = await thalweg('train', 'xor', ...rate, '--quiet', '--out', out)
    expect([code, stderr]).toEqual([1, expect.stringMatching(/NaN or infinity in .*step \d+, epoch \d+/)])
    expect(existsSync(join(out, 'result.json'))).toBe(false)
  })
})
