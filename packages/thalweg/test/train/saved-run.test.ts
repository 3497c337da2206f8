/** Predictions, of a run and of what was saved of it. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { arrays, type Dataset, fitInputs } from 'thalweg/data'
import { batchNorm, conv2d, createStore, crossEntropy, dense, flatten, named, relu, sequential } from 'thalweg/nn'
import { sgd } from 'thalweg/optim'
import { evaluate, fit, loadRun, loadWeights, type PredictInputs, type Run } from 'thalweg/train'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { digest, digestOf, noisyModel, noisyOptions, reference } from './runs.ts'

describe('predict', () => {
  const images = arrays({
    inputs: Float32Array.from({ length: 5 * 6 }, (_, i) => Math.sin(i)),
    inputShape: [2, 3],
    labels: Int32Array.of(0, 1, 0, 1, 1),
    classes: ['cat', 'dog'],
  })
  let run: Run

  beforeAll(async () => {
    const options = { train: images, loss: crossEntropy(), optimizer: sgd(), epochs: 1, engine: reference() }
    run = await fit(sequential(flatten(), dense(2)), options)
  })

  it('takes examples as they come: in a row, one by one, nested', () => {
    const flat = Array.from({ length: 12 }, (_, i) => Math.sin(i))
    const expected = run.predict(flat)
    const rows: PredictInputs[] = [
      Float32Array.from(flat),
      [flat.slice(0, 6), flat.slice(6)],
      [Float32Array.from(flat.slice(0, 6)), Float64Array.from(flat.slice(6))],
      [
        [flat.slice(0, 3), flat.slice(3, 6)],
        [flat.slice(6, 9), flat.slice(9)],
      ],
    ]
    for (const inputs of rows) expect(run.predict(inputs)).toEqual(expected)
    expect(run.predict([])).toMatchObject({ labelNames: [] })
  })

  it('names the labels', () => {
    const answer = run.predict(Float32Array.from({ length: 30 }, (_, i) => Math.sin(i)))
    if (answer.kind !== 'class') throw new Error('not classes')
    expect(answer.labelNames).toEqual(Array.from(answer.labels, (label) => ['cat', 'dog'][label]))
    expect(new Set(answer.probabilities.map((p, i) => Math.round(p + answer.probabilities[i ^ 1])))).toEqual(
      new Set([1]),
    )
  })

  it.each<[string, PredictInputs, RegExp]>([
    ['half an example', [1, 2, 3], /received: 3 values\n/],
    ['an example too short', [[1, 2, 3, 4, 5, 6], [1]], /received: 1 values in example 1 \(from 0\)\n/],
    ['NaN', [1, 2, 3, 4, 5, 6, 1, 2, Number.NaN, 4, 5, 6], /received: NaN in example 1 \(from 0\)\n/],
    ['text', [['1', '2', 'three', '4', '5', '6'] as never], /received: NaN in example 0/],
  ])('refuses %s', (_, inputs, message) => {
    expect(() => run.predict(inputs)).toThrow(message)
    expect(() => run.predict(inputs)).toThrow(/^predict: .+\nreceived: .+\ntry: .+$/)
  })
})

describe('a saved run', () => {
  let home = ''
  let folder = ''
  let run: Run
  const { train, valid } = noisyOptions()
  const preprocessing = fitInputs(train)

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'thalweg-run-'))
    folder = join(home, 'run')
    run = await fit(noisyModel(), noisyOptions())
    await run.save(folder, { preprocessing })
  })
  afterAll(() => rmSync(home, { recursive: true }))

  it('predicts and evaluates as it did', async () => {
    const loaded = await loadRun(folder, noisyModel(), { engine: reference() })
    expect(digestOf(loaded.store.save())).toBe(digest(run))
    expect(loaded.predict([0.5, -0.2, 0.1, 0.9])).toEqual(run.predict([0.5, -0.2, 0.1, 0.9]))
    expect(await loaded.evaluate(valid as Dataset)).toEqual(await run.evaluate(valid as Dataset))
    expect(loaded).toMatchObject({ epochs: 2, bestEpoch: run.bestEpoch, inputShape: [2], preprocessing })
    expect(loaded.history).toEqual(run.history)
  })

  it('gives its weights to another store, and says what happened', async () => {
    const engine = reference()
    const store = createStore({ engine })
    store.load(await loadWeights(folder))
    const options = { loss: crossEntropy(), store, engine }
    expect(await evaluate(noisyModel(), valid as Dataset, options)).toEqual(await run.evaluate(valid as Dataset))
    expect(store.unclaimed()).toEqual([])
    const record = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))
    expect(record).toMatchObject({ epochs: 2, seed: 7, loss: { name: 'crossEntropy' }, optimizer: { name: 'adam' } })
    expect(readdirSync(folder)).toEqual(['model.safetensors', 'preprocessing.json', 'run.json'])
  })

  it('keeps what JSON has no word for, and needs the loss where it was not a plain one', async () => {
    const other = join(home, 'smoothed')
    const smoothing = await fit(noisyModel(), {
      ...noisyOptions(),
      loss: crossEntropy({ labelSmoothing: 0.1 }),
      epochs: 1,
    })
    const history = [{ ...smoothing.history[0], validLoss: Number.POSITIVE_INFINITY }]
    await smoothing.save(other)
    const file = join(other, 'run.json')
    const record = JSON.parse(readFileSync(file, 'utf8'))
    writeFileSync(file, JSON.stringify({ ...record, history: [{ ...record.history[0], validLoss: 'Infinity' }] }))
    const loaded = await loadRun(other, noisyModel(), { engine: reference() })
    expect(loaded.history).toEqual(history)
    await expect(loaded.evaluate(valid as Dataset)).rejects.toThrow(
      /a run trained by crossEntropy {"labelSmoothing":0.1}/,
    )
    const loss = crossEntropy({ labelSmoothing: 0.1 })
    const again = await loadRun(other, noisyModel(), { engine: reference(), loss })
    expect((await again.evaluate(valid as Dataset)).loss).toBe((await smoothing.evaluate(valid as Dataset)).loss)
  })

  it('refuses another model, and files that are damaged', async () => {
    const engine = reference()
    const wider = sequential(dense(7), dense(2))
    await expect(loadRun(folder, wider, { engine })).rejects.toMatchObject({
      code: 'train/other-model',
      received: expect.stringMatching(/^dense1[.]weight \[\d+,6\] in the file, \[\d+,7\] in the model$/),
    })
    const convolutions = sequential(conv2d(2, 3), flatten(), dense(2))
    await expect(loadRun(folder, convolutions, { engine })).rejects.toMatchObject({ code: 'train/other-model' })
    const deeper = sequential(dense(6), batchNorm(), relu(), dense(2), named('extra', dense(2)))
    await expect(loadRun(folder, deeper, { engine })).rejects.toMatchObject({ code: 'train/other-model' })
    const shallower = sequential(dense(6, { bias: false }))
    await expect(loadRun(folder, shallower, { engine })).rejects.toThrow(/which the model does not have\ntry: /)
    await expect(loadRun(join(home, 'nowhere'), noisyModel())).rejects.toMatchObject({ code: 'train/read-failed' })
    const torn = join(home, 'torn')
    await run.save(torn)
    for (const text of [
      '{ "version": 1, ',
      '{}',
      '[]',
      'null',
      '{"version":2,"inputShape":[2],"target":{},"history":[]}',
    ]) {
      writeFileSync(join(torn, 'run.json'), text)
      await expect(loadRun(torn, noisyModel(), { engine })).rejects.toMatchObject({ code: 'train/bad-run' })
    }
  })
})
