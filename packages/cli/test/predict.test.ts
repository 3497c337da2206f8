/** `thalweg predict`: CSV in, CSV out, for tables, points and images. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzip, writeIdx } from 'thalweg/data'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

/** Rows in which `y` is 3a - 2 plus a bonus for green, and `kind` its sign. */
function rows(count: number): { a: number; colour: string; y: number; kind: string }[] {
  return Array.from({ length: count }, (_, i) => {
    const a = Math.sin(i * 1.7) * 2
    const colour = i % 2 ? 'green' : 'grey, dark'
    const y = 3 * a - 2 + (colour === 'green' ? 4 : 0)
    return { a, colour, y, kind: y > 0 ? 'plus' : 'minus' }
  })
}

function writeTable(file: string, columns: readonly ('a' | 'colour' | 'y' | 'kind')[], count: number): string {
  const line = (cells: readonly (string | number)[]) => cells.map((cell) => `"${cell}"`).join(',')
  const body = rows(count).map((row) => line(columns.map((column) => row[column])))
  writeFileSync(file, `${[line(columns), ...body].join('\n')}\n`)
  return file
}

describe('thalweg predict', () => {
  it('predicts numbers in their own units, for rows without the target, columns in any order', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const table = writeTable(join(folder, 'table.csv'), ['a', 'colour', 'y'], 100)
    await thalweg('train', table, '--target', 'y', '--quiet', '--out', run)
    const fresh = writeTable(join(folder, 'new.csv'), ['colour', 'a'], 20)
    const { code, stdout, stderr } = await thalweg('predict', run, fresh)
    const [header, ...cells] = stdout.trim().split('\n')
    expect([code, header, cells.length]).toEqual([0, 'y', 20])
    const wrong = rows(20).map(({ y }, i) => Math.abs(Number(cells[i]) - y))
    expect(wrong.reduce((sum, error) => sum + error / 20, 0)).toBeLessThan(1.5)
    expect(stderr).toContain('20 predictions')
  })

  it('predicts classes with their probabilities, scores them where it can, and writes a file', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    const table = writeTable(join(folder, 'table.csv'), ['a', 'colour', 'kind'], 100)
    await thalweg('train', table, '--target', 'kind', '--quiet', '--out', run)
    const out = join(folder, 'predictions.csv')
    const { code, stdout, stderr } = await thalweg('predict', run, table, '--out', out)
    expect([code, stdout]).toEqual([0, ''])
    expect(stderr).toMatch(/100 predictions in .*; accuracy \d+\.\d\d%/)
    const [header, ...lines] = readFileSync(out, 'utf8').trim().split('\n')
    expect(header).toBe('kind,p(minus),p(plus)')
    for (const line of lines) {
      const [kind, minus, plus] = line.split(',')
      expect(Number(minus) + Number(plus)).toBeCloseTo(1, 5)
      expect(kind).toBe(Number(plus) > Number(minus) ? 'plus' : 'minus')
    }
    const { events } = await thalweg('predict', run, table, '--json', '--quiet')
    expect(events).toHaveLength(101)
    expect(events[0]).toMatchObject({ type: 'prediction', row: 0, values: { kind: expect.any(String) } })
    expect(events.at(-1)).toEqual({ type: 'end', rows: 100, accuracy: expect.any(Number) })
  })

  it('takes points, and says what it cannot take', async () => {
    const folder = emptyFolder()
    const run = join(folder, 'run')
    await thalweg('train', 'xor', '--epochs', '3', '--quiet', '--out', run)
    const file = (text: string) => {
      writeFileSync(join(folder, 'points.csv'), text)
      return join(folder, 'points.csv')
    }
    expect((await thalweg('predict', run, file('0.5,0.5\n-0.5,0.5\n'))).stdout.trim().split('\n')).toHaveLength(3)
    expect((await thalweg('predict', run, file('x,y\n1,2\n'))).stdout.trim().split('\n')).toHaveLength(2)
    for (const [text, message] of [
      ['x,y\n1,two\n', /"two" in line 2/],
      ['x,y\n1,2,3\n', /3 numbers in line 2/],
      ['x,y\n', /no rows/],
    ] as const) {
      const { code, stderr, stdout } = await thalweg('predict', run, file(text))
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)])
    }
    // Folders of data where no data is looked for, or where it has none.
    for (const args of [
      ['predict', run, file('1,2\n'), '--data', folder],
      ['test', run, '--data', folder],
    ]) {
      const { code, stdout, stderr } = await thalweg(...args)
      expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(`received: --data ${folder}`)])
    }
  })

  it('takes images from IDX files, plain and gzipped', async () => {
    const folder = emptyFolder()
    const experiment = join(folder, 'tiny.ts')
    writeFileSync(
      experiment,
      `import { arrays } from 'thalweg/data'
import { crossEntropy, dense, flatten, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
const inputs = Uint8Array.from({ length: 8 * 9 }, (_, i) => (i * 37) % 256)
const train = arrays({ inputs, inputShape: [3, 3, 1], labels: [0, 1, 2, 0, 1, 2, 0, 1] })
export default { data: { train }, model: sequential(flatten(), dense(3)), loss: crossEntropy(), optimizer: sgd(), epochs: 1 }
`,
    )
    const run = join(folder, 'run')
    expect(await thalweg('train', experiment, '--quiet', '--out', run)).toMatchObject({ code: 0, stderr: '' })
    const bytes = writeIdx({ shape: [5, 3, 3], values: new Uint8Array(45).fill(100) })
    writeFileSync(join(folder, 'images-idx3-ubyte'), bytes)
    writeFileSync(join(folder, 'images-idx3-ubyte.gz'), await gzip(bytes))
    const plain = await thalweg('predict', run, join(folder, 'images-idx3-ubyte'))
    expect(plain.stdout.trim().split('\n')).toHaveLength(6)
    expect((await thalweg('predict', run, join(folder, 'images-idx3-ubyte.gz'))).stdout).toBe(plain.stdout)
    writeFileSync(join(folder, 'other-idx3-ubyte'), writeIdx({ shape: [5, 2, 2], values: new Uint8Array(20) }))
    expect(await thalweg('predict', run, join(folder, 'other-idx3-ubyte'))).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/examples of shape \[2,2,1\]/),
    })
  })

  it('a run that lost its preprocessing predicts nothing, rather than nonsense', async () => {
    const run = join(emptyFolder(), 'run')
    await thalweg('train', 'xor', '--epochs', '1', '--quiet', '--out', run)
    rmSync(join(run, 'preprocessing.json'))
    const file = join(run, 'new.csv')
    writeFileSync(file, '0.5,0.5\n')
    const { code, stdout, stderr } = await thalweg('predict', run, file)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(
      /^read .*preprocessing[.]json: a run must have what was done to its inputs\nreceived: .*\ntry: /,
    )
  })

  it('text in another encoding than UTF-8 is named with its line', async () => {
    const folder = emptyFolder()
    const file = join(folder, 'latin1.csv')
    const lines = ['a,kind', ...Array.from({ length: 30 }, (_, i) => `${i % 7},${i === 11 ? 'caf\u00e9' : 'bar'}`)]
    writeFileSync(file, lines.join('\n'), 'latin1')
    const train = (encoding: BufferEncoding) => {
      writeFileSync(file, `\ufeff${lines.join('\n')}`.slice(encoding === 'latin1' ? 1 : 0), encoding)
      return thalweg('train', file, '--target', 'kind', '--epochs', '1', '--out', join(folder, `run-${encoding}`))
    }
    const wrong = await train('latin1')
    expect(wrong.code).toBe(2)
    expect(wrong.stderr).toContain('the file must be text in UTF-8\nreceived: bytes that are none in line 13\n')
    expect((await train('utf8')).code).toBe(0)
    expect((await train('utf16le')).code).toBe(0)
  })
})
