/** `thalweg check` as a program sees it: verdicts, events, exit codes. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { emptyFolder, thalweg } from './command.ts'

const gradientEvent = z.strictObject({
  type: z.literal('gradient'),
  part: z.enum(['data', 'penalty']),
  parameter: z.string(),
  shape: z.array(z.number().int()),
  verdict: z.enum(['right', 'wrong', 'kinks']),
  checked: z.number().int(),
  kinks: z.number().int(),
  index: z.number().int(),
  place: z.array(z.number().int()),
  derived: z.number(),
  measured: z.number(),
  relativeError: z.number(),
  step: z.number(),
})

/** A network with a hand-written layer, whose weight has a gradient `factor` times too large. */
function writeExperiment(folder: string, factor: number, more = ''): string {
  const file = join(folder, 'mine.ts')
  writeFileSync(
    file,
    `import { xor } from 'thalweg/data'
import { crossEntropy, dense, he, sequential } from 'thalweg/nn'
import { adam, l2 } from 'thalweg/optim'
import { add, customGradient, matmul, mul, square, stopGradient, sum, tanh } from 'thalweg/tensor'
import { defineExperiment } from 'thalweg/train'

const affine = customGradient(
  (x, weight, bias) => add(matmul(x, weight), bias),
  (g, { xs: [x, weight] }) => [
    matmul(g, weight, { transposeB: true }),
    mul(matmul(x, g, { transposeA: true }), ${factor}),
    sum(g, { axes: 0 }),
  ],
)
const mine = {
  kind: 'mine',
  options: {},
  forward: (x, scope) => affine(x, scope.parameter('weight', [2, 4], he()), scope.parameter('bias', [4], he())),
}
export default defineExperiment({
  data: { train: xor({ seed: 1 }) },
  model: sequential(mine, tanh, dense(2)),
  loss: crossEntropy(),
  optimizer: adam(),
  epochs: 1,
  seed: 4,
  ${more}
})
`,
  )
  return file
}

describe('thalweg check', () => {
  it('says which gradient is wrong, and ends with 1', async () => {
    const folder = emptyFolder()
    const out = join(folder, 'findings.json')
    const { code, events, stderr } = await thalweg('check', writeExperiment(folder, 2), '--json', '--out', out)
    expect(code).toBe(1)
    const gradients = events.filter(({ type }) => type === 'gradient').map((event) => gradientEvent.parse(event))
    expect(gradients.map(({ parameter, verdict }) => [parameter, verdict])).toEqual([
      ['mine1.weight', 'wrong'],
      ['mine1.bias', 'right'],
      ['dense1.weight', 'right'],
      ['dense1.bias', 'right'],
    ])
    expect(gradients[0].relativeError).toBeCloseTo(0.5, 6)
    expect(events.at(-1)).toMatchObject({ type: 'end', passed: false, checks: { gradients: { passed: false } } })
    expect(stderr).toMatch(/ {2}wrong {2}mine1[.]weight\[\d,\d\] +5[.]0e-1 /)
    expect(stderr).toContain('wrong: mine1.weight')
    const findings = JSON.parse(readFileSync(out, 'utf8'))
    expect(findings.checks.gradients.data.parameters[0]).toMatchObject({ path: 'mine1.weight', verdict: 'wrong' })
  })

  it('says where a loss of NaN begins, and of gradients that nothing can be said', async () => {
    const file = writeExperiment(emptyFolder(), 1)
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace('tanh, dense(2)', '(x) => log(x), dense(2)').replace('tanh }', 'log }'),
    )
    const { code, events, stderr } = await thalweg('check', file, '--json')
    expect(code).toBe(1)
    const verdicts = events.flatMap(({ type, verdict }) => (type === 'gradient' ? [verdict] : []))
    expect(new Set(verdicts)).toEqual(new Set(['spoilt']))
    expect(events.flatMap(({ type, code }) => (type === 'finding' ? [code] : []))).toEqual(['non-finite'])
    const words = stderr.replaceAll(/\s+/g, ' ')
    expect(words).toContain('nothing can be said: the loss of these examples is NaN')
    expect(words).toContain('one batch not learned: the loss is NaN from the start')
  })

  it('ends with 0 where all are right, in a table of 80 columns', async () => {
    const { code, stdout } = await thalweg('check', writeExperiment(emptyFolder(), 1), '--all', '--examples', '3')
    expect(code).toBe(0)
    expect(stdout).toMatch(/verdict +right: 22 slopes agree within \d[.]\de-\d+/)
    expect(stdout).toContain('every element of each parameter, 3 of')
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  })

  it('checks the data alone, and then with the penalty that fit would add', async () => {
    const wrong = `{ name: 'half', options: {}, value: (w) => sum(mul(w, stopGradient(w))) }`
    const [right, half] = await Promise.all(
      ['l2(1e-3)', wrong].map((penalty) => {
        return thalweg('check', writeExperiment(emptyFolder(), 1, `penalty: ${penalty},`), '--samples', '2', '--json')
      }),
    )
    expect(right.code).toBe(0)
    expect(right.events.flatMap(({ type, part }) => (type === 'gradient' ? [part] : []))).toEqual([
      ...Array(4).fill('data'),
      ...Array(4).fill('penalty'),
    ])
    expect(half.code).toBe(1)
    const gradients = { passed: false, data: { passed: true }, penalty: { passed: false } }
    expect(half.events.at(-1)).toMatchObject({ passed: false, checks: { gradients } })
  })

  it('checks the network that train would use, and leaves nothing', async () => {
    const runs = (): string[] => (existsSync('runs') ? readdirSync('runs') : [])
    const before = runs()
    const { code, events } = await thalweg('check', 'moons', '--samples', '2', '--seed', '3', '--json')
    expect(code).toBe(0)
    expect(events.map(({ parameter }) => parameter).slice(0, 2)).toEqual(['dense1.weight', 'dense1.bias'])
    expect(events[0]).toMatchObject({ checked: 2, shape: [2, 32] })
    expect(runs()).toEqual(before)
  })

  it('checks what train would train with these options', async () => {
    const network = ['--batch-norm', '--batch-size', '1', '--init', 'xavier']
    const { events, stderr } = await thalweg(
      'check',
      'moons',
      '--samples',
      '1',
      '--json',
      ...network,
      '--order',
      'in-order',
    )
    expect(events.map(({ parameter }) => parameter)).toContain('batchNorm1.gamma')
    expect(events.map(({ code }) => code)).toContain('small-norm-batch')
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('batches of 1 in-order')
    const steps = ['--optimizer', 'sgd', '--clip-norm', '1e-9', '--learning-rate', '1e-6']
    const slow = await thalweg('check', 'moons', '--samples', '1', '--json', ...steps)
    expect([slow.code, slow.events.map(({ code }) => code)]).toEqual([
      1,
      expect.arrayContaining(['cannot-overfit-batch']),
    ])
  })

  it.each([
    [[], 'check: there must be something to check'],
    [['nothing.csv'], 'check nothing.csv: the file must exist'],
    [['iris'], 'check: the target must be'],
    [['xor', '--target', 'y'], 'check xor: --target must mean something'],
    [['xor', '--samples', '0'], '--samples must be an integer of at least 1'],
    [['xor', '--batch-norm', 'exact'], 'check: --batch-norm has no use for statistics'],
    [['xor', '--sample', '1'], 'thalweg check: every option must be known'],
  ])('%j is wrong usage, said in three lines', async (args, rule) => {
    const { code, stderr } = await thalweg('check', ...args)
    expect(code).toBe(2)
    expect(stderr.split('\n')[0]).toContain(rule)
    expect(stderr.trimEnd().split('\n')).toHaveLength(3)
  })
})
