/** What one way to compute gives, as digests on one line of JSON: run by the matrix, with the way in its environment. */
import { wasmBackend } from 'thalweg/backend'
import { createEngine } from 'thalweg/compile'
import { digestOfTraining, digestsOfConvolutions, digestsOfOps } from '../packages/thalweg/test/digests.ts'

const engine = createEngine(wasmBackend())
const digests = {
  ...digestsOfOps(engine),
  ...digestsOfConvolutions(engine),
  'training a small network': await digestOfTraining(engine, 'small'),
  'training a larger network': await digestOfTraining(engine, 'large'),
}
console.log(JSON.stringify(digests))
process.exit()
