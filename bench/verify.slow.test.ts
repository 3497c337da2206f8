import { expect, test } from 'vitest'
import { field } from './field.ts'
import { trace, verdictOn } from './verify.ts'
import { WORKLOADS } from './workloads.ts'

/** Of PyTorch 1.13, by `npm run bench -- --verify --only pytorch`. */
const LOSSES: Readonly<Record<string, readonly number[]>> = {
  tiny: [0.740225, 0.738374, 0.734957],
  mlp: [2.505398, 0.816512, 0.293868],
  wide: [2.353235, 2.240161, 2.03547],
  deep: [2.384897, 2.359433, 2.316458],
  sparse: [1.19217, 1.168168, 1.123186],
  cnn: [3.726015, 3.28611, 4.126172],
  'cnn-inference': [4.463484, 4.463484, 4.463484],
  vgg: [4.29408, 1.912304, 0.709321],
  resnet20: [2.895306, 1.74313, 0.985927],
}

test.each(WORKLOADS)('$name: the first losses are those of PyTorch', async (workload) => {
  const [traced] = await trace(workload, field({ only: ['thalweg'] }, 1), 60)
  const judge = { contender: 'pytorch', losses: LOSSES[workload.name], differs: undefined }
  expect(verdictOn(traced, judge)).toMatch(/^\d\.\de-\d+$/)
})
