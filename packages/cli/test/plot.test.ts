/** `thalweg plot`: the curves of a run. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DOMParser, type Element, onErrorStopParsing } from '@xmldom/xmldom'
import { expect, it } from 'vitest'
import { emptyFolder, thalweg } from './command.ts'

function parse(svg: string): { readonly paths: readonly Element[]; readonly words: readonly string[] } {
  const root = new DOMParser({ onError: onErrorStopParsing }).parseFromString(svg, 'image/svg+xml').documentElement
  if (root === null) throw new Error('no root')
  const words = [...root.getElementsByTagName('text')].map(({ textContent }) => textContent ?? '')
  return { paths: [...root.getElementsByTagName('path')], words }
}

it('draws what the epochs of a run were like', async () => {
  const folder = emptyFolder()
  const [run, file] = [join(folder, 'run'), join(folder, 'curves.svg')]
  await thalweg('train', 'moons', '--epochs', '3', '--quiet', '--out', run)
  const { code, stderr } = await thalweg('plot', run, '--svg', file)
  expect([code, stderr]).toEqual([0, `3 epochs in ${file}\n`])
  const svg = readFileSync(file, 'utf8')
  const { paths, words } = parse(svg)
  expect(words).toEqual(expect.arrayContaining(['Loss of run', 'Accuracy', 'epoch', 'training', 'validation']))
  expect(words.filter((word) => /^best validation: .* after epoch [123]$/.test(word))).toHaveLength(2)
  // Three epochs are three places of a line.
  expect(paths.map((path) => path.getAttribute('d')?.match(/[ML]/g)?.length)).toEqual(paths.map(() => 3))
  expect((await thalweg('plot', run)).stdout).toBe(svg)

  // Stopped in the middle of a line, and with a loss that was no number.
  const metrics = join(run, 'metrics.jsonl')
  appendFileSync(
    metrics,
    '{"type":"epoch","epoch":4,"step":9,"trainLoss":null,"learningRate":0.1,"seconds":1}\n{"type":"ep',
  )
  const { events } = await thalweg('plot', run, '--json')
  expect(events.map(({ type }) => type)).toEqual(['epoch', 'epoch', 'epoch', 'epoch', 'end'])
  expect((await thalweg('plot', run)).stdout).not.toMatch(/NaN|Infinity|undefined/)
  writeFileSync(metrics, '{"epoch":"one"}\n')
  expect((await thalweg('plot', run)).stderr).toMatch(
    /every line must be an epoch of a run\nreceived: line 1: \{"epoch"/,
  )
  writeFileSync(metrics, '')
  expect((await thalweg('plot', run)).stderr).toMatch(/must have finished an epoch/)
  expect(await thalweg('plot', folder)).toMatchObject({ code: 2, stderr: expect.stringContaining('no manifest.json') })
})

it('draws several runs into one picture, a line each', async () => {
  const folder = emptyFolder()
  const runs = ['low', 'good'].map((name) => join(folder, name))
  for (const [index, rate] of ['1e-6', '0.02'].entries()) {
    const recipe = ['--epochs', '4', '--optimizer', 'sgd', '--schedule', 'fixed', '--learning-rate', rate]
    await thalweg('train', 'moons', ...recipe, '--quiet', '--out', runs[index])
  }
  const { stdout, stderr } = await thalweg('plot', ...runs)
  expect(stderr).toBe('8 epochs of 2 runs\n')
  const { paths, words } = parse(stdout)
  expect(words).toEqual(expect.arrayContaining(['Training loss', 'Validation loss', 'Validation accuracy']))
  expect(words.filter((word) => word === 'low' || word === 'good')).toHaveLength(6)
  expect(paths).toHaveLength(6)
  const { events } = await thalweg('plot', ...runs, '--json')
  expect(events.slice(0, -1).map(({ run }) => run)).toEqual([...Array(4).fill(runs[0]), ...Array(4).fill(runs[1])])
})
