/** `thalweg profile` as a program and a person see it. */
import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

const quick = ['--seconds', '0', '--peak', '50', '--bandwidth', '20', '--threads', '1']

describe('thalweg profile', () => {
  it('gives times of layers and kernels as events, as JSON and as a picture', async () => {
    const folder = emptyFolder()
    const files = ['--out', join(folder, 'profile.json'), '--svg', join(folder, 'step.svg')]
    const { code, events } = await thalweg('profile', 'moons', ...quick, ...files, '--json')
    expect(code).toBe(0)
    const of = (type: string) => events.filter((event) => event.type === type)
    const kernels = of('kernel')
    expect(of('end')).toEqual([
      expect.objectContaining({
        kernels: kernels.length,
        roofline: { operationsPerSecond: 50e9, bytesPerSecond: 20e9 },
        batchSize: expect.any(Number),
        kernelsMilliseconds: expect.any(Number),
        backend: 'wasm',
        features: expect.arrayContaining(['simd128', '1 thread']),
      }),
    ])
    expect(kernels.every(({ milliseconds }) => Number(milliseconds) >= 0)).toBe(true)
    expect(of('layer').map(({ layer }) => layer)).toEqual(expect.arrayContaining(['dense1', '']))
    expect(of('layer').reduce((sum, layer) => sum + Number(layer.kernels), 0)).toBe(kernels.length)
    const written = JSON.parse(readFileSync(files[1], 'utf8'))
    expect(written.kernels).toHaveLength(kernels.length)
    expect(written.features).toContain('1 thread')
    expect(readFileSync(files[3], 'utf8')).toMatch(/^<svg.+dense1.+<\/svg>/s)
  })

  it('says it in two tables', async () => {
    const { code, stdout } = await thalweg('profile', 'moons', ...quick, '--kernels', '3')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^ {2}layer +kernels +ms +of step +of roof/m)
    expect(stdout).toMatch(/^ {3}?# +kernel +shape +ms.+bound by\n(.+(arithmetic|memory)\n){3}\n/m)
    expect(stdout).toContain('50.0G operations/s, 20.0GB/s')
  })

  it('begins only where its files can be written, each of its own', async () => {
    const folder = emptyFolder()
    const [file, link] = ['picture.svg', 'link.svg'].map((name) => join(folder, name))
    writeFileSync(file, 'mine')
    symlinkSync(file, link)
    for (const [files, code, received] of [
      [['--out', link, '--svg', file], 'usage/same-file', `--svg ${file} and --out ${link}`],
      [['--svg', ''], 'usage/bad-value', 'nothing'],
      [['--svg', folder], 'usage/unwritable-file', 'a folder'],
      [['--out', join(file, 'x', 'y.json')], 'usage/unwritable-file', `${file}, which is no folder`],
    ] as const) {
      const { code: exit, stdout } = await thalweg('profile', 'no-such-data', ...files, '--json')
      expect([exit, JSON.parse(stdout)]).toEqual([2, expect.objectContaining({ code, received })])
    }
    const { code, stdout } = await thalweg('profile', file, '--out', link, '--json')
    expect([code, JSON.parse(stdout).code, readFileSync(file, 'utf8')]).toEqual([2, 'usage/same-file', 'mine'])
    expect(readdirSync(folder)).toEqual(['link.svg', 'picture.svg'])
  })

  it('says where a batch was asked for that there is not', async () => {
    const { stdout } = await thalweg('profile', 'xor', ...quick, '--batch-size', '5000')
    expect(stdout).toContain('all 700 examples of xor')
  })

  it('needs something to profile', async () => {
    const { code, stderr } = await thalweg('profile')
    expect([code, stderr]).toEqual([2, expect.stringContaining('profile: there must be something')])
  })
})
