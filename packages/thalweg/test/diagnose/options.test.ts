/** Names and values of options: what nobody has is refused before anything is computed, and what was meant is suggested. */
import { advise, checkup, fix, gradientCheck, inspect } from 'thalweg/diagnose'
import { crossEntropy, dense } from 'thalweg/nn'
import { expect, it } from 'vitest'
import { clouds, recipe } from './patients.ts'

type Given = Readonly<Record<string, unknown>>

const train = clouds({ size: 32 })
const model = dense(4)

/** As a caller in JavaScript may: with any names and values. */
const callers: Readonly<Record<string, (given: Given) => unknown>> = {
  advise: (given) => advise(given),
  fix: (given) => fix(given),
  inspect: (given) => inspect(model, train, given),
  gradientCheck: (given) => gradientCheck(model, { data: train, loss: crossEntropy(), ...given }),
  checkup: (given) => checkup(model, { ...recipe(), ...given }),
}

async function refusal(what: string, given: Given): Promise<{ code: string; message: string }> {
  try {
    await callers[what](given)
  } catch (error) {
    if (error instanceof Error && 'code' in error) return { code: String(error.code), message: error.message }
    throw error
  }
  throw new Error(`${what} takes ${JSON.stringify(given)}`)
}

it.each([
  ['advise', { readingsEvery: 4 }, 'readingEvery'],
  ['advise', { save_interval: 4 }, 'readingEvery'],
  ['fix', { shares: 0.5 }, 'share'],
  ['fix', { candidate: 3 }, 'candidates'],
  ['fix', { readingsEvery: 4 }, 'readingEvery'],
  ['inspect', { batchsize: 8 }, 'batchSize'],
  ['inspect', { criterion: crossEntropy() }, 'loss'],
  ['inspect', { layer: ['dense1'] }, 'layers'],
  ['gradientCheck', { tolerence: 1e-3 }, 'tolerance'],
  ['gradientCheck', { rtol: 1e-3 }, 'tolerance'],
  ['gradientCheck', { sample: 3 }, 'samples'],
])('%s does not know %o, and says which name is near', async (what, given, near) => {
  const { code, message } = await refusal(what, given)
  const [name] = Object.keys(given)
  expect(code).toBe('diagnose/unknown-option')
  expect(message).toMatch(new RegExp(`^${what}: the option must be one of those that it has\nreceived: ${name}\n`))
  expect(message.split('\n')[2]).toContain(`"${near}"`)
})

it.each([
  ['advise', { readingEvery: 0 }],
  ['advise', { readingEvery: 1.5 }],
  ['advise', { onReading: 1 }],
  ['advise', { ailments: ['leak'] }],
  ['fix', { readingEvery: 'often' }],
  ['fix', { share: 0 }],
  ['fix', { share: 1.1 }],
  ['fix', { share: '0.5' }],
  ['fix', { candidates: 0 }],
  ['inspect', { seed: -1 }],
  ['inspect', { batchSize: 0 }],
  ['inspect', { bins: 2.5 }],
  ['inspect', { training: 'no' }],
  ['inspect', { store: {} }],
  ['inspect', { loss: crossEntropy }],
  ['inspect', { layers: 'dense1' }],
  ['inspect', { range: 'each' }],
  ['gradientCheck', { data: undefined }],
  ['gradientCheck', { loss: crossEntropy }],
  ['gradientCheck', { store: 'run' }],
  ['gradientCheck', { seed: 0.5 }],
  ['gradientCheck', { examples: 0 }],
  ['gradientCheck', { examples: 'few' }],
  ['gradientCheck', { samples: 'some' }],
  ['gradientCheck', { training: 1 }],
  ['gradientCheck', { inputs: 'yes' }],
  ['gradientCheck', { tolerance: 0 }],
  ['gradientCheck', { tolerance: '1e-3' }],
  ['gradientCheck', { onParameter: true }],
])('%s refuses %o in three lines, and names the option', async (what, given) => {
  const { code, message } = await refusal(what, given)
  const [name] = Object.keys(given)
  expect(code).toBe('diagnose/bad-option')
  expect(message).toMatch(new RegExp(`^${what}: ${name} must .+\nreceived: .*\ntry: .+$`))
})

it('penalties, groups and engines are refused as elsewhere', async () => {
  expect((await refusal('gradientCheck', { penalty: 0.1 })).code).toBe('optim/bad-option')
  expect((await refusal('gradientCheck', { groups: [{ match: 'dense1', rates: 0 }] })).code).toBe(
    'optim/unknown-option',
  )
  expect((await refusal('inspect', { engine: 'wasm' })).code).toBe('compile/not-an-engine')
})

it('checkup takes what fit takes, and refuses what fit refuses', async () => {
  const { code, message } = await refusal('checkup', { batchsize: 8 })
  expect(code).toBe('train/unknown-option')
  expect(message).toContain('"batchSize"')
  expect((await refusal('checkup', { epochs: 0 })).code).toBe('train/bad-option')
})

it('whatever is no bag of options is told how to write it', async () => {
  for (const what of ['advise', 'fix', 'inspect']) {
    const call = callers[what] as (given: unknown) => unknown
    await expect((async () => call(4))()).rejects.toMatchObject({ code: 'diagnose/bad-option' })
  }
})
